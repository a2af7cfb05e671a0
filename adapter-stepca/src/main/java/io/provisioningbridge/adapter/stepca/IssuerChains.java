package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates above a leaf, up to the root and through the trust anchor. step-ca never sends the root with a certificate
 * (observed: v0.30.2): it is the anchor itself, or, above a Sub-CA that is the anchor, one of the roots step-ca lists over the
 * connection the anchor verified. Safe for concurrent use.
 */
final class IssuerChains {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerChains.class);

    private final StepCaClient client;
    private final Prepared<List<X509Certificate>> inForce;

    IssuerChains(StepCaClient client, StepCaSettings settings, Executor background) {
        this.client = client;
        this.inForce = new Prepared<>("the chain of its CA certificates", this::load, settings.deadline(), background);
    }

    /** Begins to ask for the chain in force. */
    void start() {
        inForce.start();
    }

    void close() {
        inForce.close();
    }

    String problem() {
        return inForce.problem();
    }

    /** A chain that links up: issuing CA first, root last. @throws BackendUnavailableException it is not known */
    List<X509Certificate> inForce(Deadline deadline) {
        return inForce.get(deadline);
    }

    /**
     * What stands above a leaf that was just issued. A chain that does not link up to a root is answered as far as it goes:
     * the leaf is real, and whoever receives it must be able to store it and take it back.
     *
     * @param sent what came with the leaf, in any order, perhaps nothing
     */
    List<X509Certificate> above(X509Certificate leaf, List<X509Certificate> sent, Deadline deadline) {
        Optional<List<X509Certificate>> known = inForce.now();
        if (known.isPresent() && isFrom(known.get(), leaf, sent)) {
            return known.get();
        }
        List<X509Certificate> path = List.of();
        try {
            path = climb(leaf, sent, deadline);
        } catch (BackendException e) {
            LOG.error("the root above step-ca's certificates cannot be read: {}", e.getMessage());
        }
        if (linked(path, deadline)) {
            inForce.set(path);
        } else {
            LOG.error(
                    "the chain of a certificate from step-ca does not link up to a root through the trust anchor: {}",
                    path.stream().map(X509Certificate::getSubjectX500Principal).toList());
        }
        return path;
    }

    /** The usual case, without verifying a signature that whoever receives the leaf verifies in any case. */
    private static boolean isFrom(List<X509Certificate> chain, X509Certificate leaf, List<X509Certificate> sent) {
        return sent.isEmpty()
                ? Chains.signedBy(leaf, chain.get(0))
                : sent.contains(chain.get(0))
                        && chain.containsAll(sent)
                        && leaf.getIssuerX500Principal().equals(chain.get(0).getSubjectX500Principal());
    }

    private List<X509Certificate> load(Deadline deadline) {
        Reply reply = client.get("/1.0/intermediates", deadline);
        List<X509Certificate> intermediates = new ArrayList<>();
        for (JsonNode pem : reply.json().orElseGet(Json::object).path("crts")) {
            intermediates.addAll(certificates(pem.asText("")));
        }
        if (!reply.successful() || intermediates.isEmpty()) {
            throw unavailable("step-ca does not list its intermediates: status " + reply.status());
        }
        // The one that issues stands first in step-ca's file, and in its list.
        List<X509Certificate> chain = new ArrayList<>(List.of(intermediates.get(0)));
        chain.addAll(climb(intermediates.get(0), intermediates, deadline));
        if (!linked(chain, deadline)) {
            throw unavailable("step-ca's intermediates do not link up to a root through the trust anchor "
                    + CertificateFingerprint.of(client.anchor(deadline)));
        }
        return List.copyOf(chain);
    }

    /** A foreign root that came along is not followed: nothing above or beside the anchor is believed but what step-ca lists. */
    private List<X509Certificate> climb(X509Certificate from, List<X509Certificate> sent, Deadline deadline) {
        X509Certificate anchor = client.anchor(deadline);
        List<X509Certificate> candidates = new ArrayList<>(List.of(anchor));
        sent.stream().filter(certificate -> !Chains.selfSigned(certificate)).forEach(candidates::add);
        List<X509Certificate> path = new ArrayList<>(Chains.above(from, candidates));
        boolean throughAnchor = path.contains(anchor) || from.equals(anchor);
        if (!Chains.complete(path) && throughAnchor) {
            X509Certificate last = path.isEmpty() ? from : path.get(path.size() - 1);
            path.addAll(Chains.above(last, roots(deadline)));
        }
        return path;
    }

    private boolean linked(List<X509Certificate> path, Deadline deadline) {
        return Chains.complete(path) && path.contains(client.anchor(deadline));
    }

    private List<X509Certificate> roots(Deadline deadline) {
        Reply reply = client.get("/roots.pem", deadline);
        if (!reply.successful()) {
            throw unavailable("step-ca does not list its roots: status " + reply.status());
        }
        return certificates(reply.text());
    }

    private static List<X509Certificate> certificates(String pem) {
        return Pem.parseCertificates(pem).value().orElse(List.of());
    }

    private static BackendUnavailableException unavailable(String message) {
        return new BackendUnavailableException(message, Effect.NONE);
    }
}
