package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
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

    /**
     * Empty when there is no leaf to be found in it.
     *
     * @param known reads what comes with a leaf
     */
    static Optional<SignAnswer> of(Reply reply, RepeatedPem known) {
        JsonNode json = reply.json().orElseGet(Json::object);
        List<String> chain = new ArrayList<>();
        json.path("certChain").forEach(pem -> chain.add(pem.asText("")));
        List<X509Certificate> certificates = read(chain, known);
        if (certificates.isEmpty()) {
            String leaf = json.path("crt").asText("");
            certificates = RepeatedPem.read(leaf).isEmpty()
                    ? List.of()
                    : read(List.of(leaf, json.path("ca").asText("")), known);
        }
        return certificates.isEmpty()
                ? Optional.empty()
                : Optional.of(new SignAnswer(certificates.get(0), certificates.subList(1, certificates.size())));
    }

    private static List<X509Certificate> read(List<String> chain, RepeatedPem known) {
        List<X509Certificate> certificates = new ArrayList<>();
        if (!chain.isEmpty()) {
            certificates.addAll(RepeatedPem.read(chain.get(0)));
            certificates.addAll(known.readAll(chain.subList(1, chain.size())));
        }
        return certificates;
    }
}
