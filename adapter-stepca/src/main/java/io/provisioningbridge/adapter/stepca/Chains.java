package io.provisioningbridge.adapter.stepca;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Who signed whom. */
final class Chains {

    private static final int LONGEST = 10;

    private Chains() {}

    /**
     * The way up from a certificate, as far as it can be followed among {@code candidates}: each signed the one below, and
     * nothing comes after a self-signed one.
     */
    static List<X509Certificate> above(X509Certificate certificate, Collection<X509Certificate> candidates) {
        List<X509Certificate> path = new ArrayList<>();
        X509Certificate current = certificate;
        while (path.size() < LONGEST && !selfSigned(current)) {
            X509Certificate below = current;
            Optional<X509Certificate> issuer = candidates.stream()
                    .filter(candidate -> !path.contains(candidate) && signedBy(below, candidate))
                    .findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            current = issuer.get();
            path.add(current);
        }
        return path;
    }

    /** Whether a path from {@link #above} ends where nothing can be above it. */
    static boolean complete(List<X509Certificate> path) {
        return !path.isEmpty() && selfSigned(path.get(path.size() - 1));
    }

    static boolean selfSigned(X509Certificate certificate) {
        return signedBy(certificate, certificate);
    }

    static boolean signedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException notSigned) {
            return false;
        }
    }
}
