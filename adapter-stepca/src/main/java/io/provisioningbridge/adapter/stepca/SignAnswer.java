package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.Pem;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The certificates in step-ca's answer to a sign request: {@code certChain} holds all of them, leaf first and without the
 * root; {@code crt} and {@code ca} repeat the first two (observed: v0.30.2).
 *
 * @param leaf what was asked for
 * @param rest what came with it
 */
record SignAnswer(X509Certificate leaf, List<X509Certificate> rest) {

    SignAnswer {
        rest = List.copyOf(rest);
    }

    /** Empty when there is no leaf to be found in it. */
    static Optional<SignAnswer> of(Reply reply) {
        JsonNode json = reply.json().orElseGet(Json::object);
        List<X509Certificate> certificates = new ArrayList<>();
        json.path("certChain").forEach(pem -> certificates.addAll(read(pem)));
        if (certificates.isEmpty()) {
            certificates.addAll(read(json.path("crt")));
            if (!certificates.isEmpty()) {
                certificates.addAll(read(json.path("ca")));
            }
        }
        return certificates.isEmpty()
                ? Optional.empty()
                : Optional.of(new SignAnswer(certificates.get(0), certificates.subList(1, certificates.size())));
    }

    private static List<X509Certificate> read(JsonNode pem) {
        return Pem.parseCertificates(pem.asText("")).value().orElse(List.of());
    }
}
