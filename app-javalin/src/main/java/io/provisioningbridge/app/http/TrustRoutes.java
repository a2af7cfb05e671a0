package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /pki/roots} and {@code GET /pki/roots/{sha256}}: trust anchors for devices that know a fingerprint at most. */
final class TrustRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(TrustRoutes.class);
    private static final String PEM = "application/pem-certificate-chain";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Supplier<List<X509Certificate>> authorities;
    private final Bulkhead bulkhead;

    TrustRoutes(Supplier<List<X509Certificate>> authorities, Bulkhead bulkhead) {
        this.authorities = authorities;
        this.bulkhead = bulkhead;
    }

    void roots(Context ctx) {
        List<X509Certificate> roots =
                known().stream().filter(TrustRoutes::isSelfSigned).toList();
        if (roots.isEmpty()) {
            throw unknown();
        }
        ctx.contentType(PEM).result(Pem.of(roots));
    }

    /** Issuing CA first. */
    void chain(Context ctx) {
        ctx.contentType(PEM).result(Pem.of(known()));
    }

    void byFingerprint(Context ctx) {
        String wanted = ctx.pathParam("sha256").replace(":", "").toLowerCase(Locale.ROOT);
        X509Certificate found = known().stream()
                .filter(certificate -> fingerprint(certificate).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND,
                        "No CA certificate in force has this SHA-256 fingerprint; GET /pki/roots lists the roots."));
        ctx.contentType(PEM).result(Pem.of(found));
    }

    private List<X509Certificate> known() {
        try {
            return bulkhead.call(authorities);
        } catch (BackendException e) {
            LOG.warn("the authority's certificates are not known: {}", e.getMessage());
            throw unknown();
        }
    }

    private static ProblemException unknown() {
        return new ProblemException(Problem.of(
                        ProblemType.TRUST_ANCHORS_UNKNOWN,
                        "The bridge has not reached its certificate authority yet; ask again later.")
                .retryAfter(RETRY_AFTER));
    }

    private static boolean isSelfSigned(X509Certificate certificate) {
        if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException signedByAnother) {
            return false;
        }
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256, and what was read can be written", e);
        }
    }
}
