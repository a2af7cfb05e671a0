package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Compares what a certificate authority sent with what it was asked for: a certificate is handed out only when it is for the
 * same key and name, is no CA certificate, is valid now, and its chain links up to a root. Safe for concurrent use.
 */
final class IssuanceCheck {

    /** How far the authority's clock may be ahead of ours. */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    // The chain above the leaf is the same for every device: it is verified once and recognized by its certificates.
    private final AtomicReference<List<X509Certificate>> verifiedAuthorities = new AtomicReference<>(List.of());

    /** Why the certificate cannot be handed out, for the log; empty when it can. */
    String problemWith(IssuedCertificate issued, CertificateSigningRequest request, Instant now) {
        X509Certificate leaf = issued.leaf();
        if (!Arrays.equals(leaf.getPublicKey().getEncoded(), request.publicKeyInfo())) {
            return "it certifies another key than the one in the request";
        }
        if (!commonNames(leaf).equals(List.of(request.subject().text()))) {
            return "its common name is not the device id";
        }
        if (leaf.getBasicConstraints() >= 0) {
            return "it is a CA certificate";
        }
        if (leaf.getSerialNumber().signum() < 0 || leaf.getSerialNumber().bitLength() > 160) {
            return "its serial number is negative or longer than 160 bits";
        }
        if (leaf.getNotBefore().toInstant().isAfter(now.plus(CLOCK_SKEW))) {
            return "it is valid only from " + leaf.getNotBefore().toInstant()
                    + " on; the authority's clock or ours is wrong";
        }
        if (!leaf.getNotAfter().toInstant().isAfter(now)) {
            return "it ended " + leaf.getNotAfter().toInstant() + "; the authority's clock or ours is wrong";
        }
        return chainProblem(leaf, issued.authorities());
    }

    private String chainProblem(X509Certificate leaf, List<X509Certificate> authorities) {
        if (authorities.isEmpty()) {
            return "its chain is empty";
        }
        if (!signedBy(leaf, authorities.get(0))) {
            return "its chain does not link up: the leaf is not signed by the issuing CA that came with it";
        }
        if (authorities.equals(verifiedAuthorities.get())) {
            return "";
        }
        for (int i = 0; i < authorities.size(); i++) {
            X509Certificate certificate = authorities.get(i);
            X509Certificate above = authorities.get(Math.min(i + 1, authorities.size() - 1));
            if (!signedBy(certificate, above)) {
                return "its chain does not link up at certificate " + (i + 1) + " above the leaf ("
                        + certificate.getSubjectX500Principal() + ")";
            }
            if (certificate.getBasicConstraints() < 0) {
                return "its chain holds a certificate that is no CA (" + certificate.getSubjectX500Principal() + ")";
            }
        }
        verifiedAuthorities.set(authorities);
        return "";
    }

    private static boolean signedBy(X509Certificate certificate, X509Certificate issuer) {
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

    private static List<String> commonNames(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    names.add(String.valueOf(rdn.getValue()));
                }
            }
        } catch (InvalidNameException e) {
            return List.of();
        }
        return names;
    }
}
