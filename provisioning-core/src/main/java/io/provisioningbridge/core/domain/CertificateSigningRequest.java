package io.provisioningbridge.core.domain;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A certificate request that was judged and whose sender proved to hold the private key. It can be had from
 * {@link #judge} only: there is no unproven one. Immutable.
 */
public final class CertificateSigningRequest {

    /** Larger requests are refused unread; an RSA-8192 request with its PEM takes about 4 KiB. */
    public static final int MAX_SIZE = 16 * 1024;

    // ECDSA with SHA-256/384/512, RSA PKCS#1 v1.5 with SHA-256/384/512, Ed25519. RSASSA-PSS is left out: its parameters
    // default to SHA-1 and no device tool makes such requests by default.
    private static final Set<String> SIGNATURE_ALGORITHMS = Set.of(
            "1.2.840.10045.4.3.2",
            "1.2.840.10045.4.3.3",
            "1.2.840.10045.4.3.4",
            "1.2.840.113549.1.1.11",
            "1.2.840.113549.1.1.12",
            "1.2.840.113549.1.1.13",
            "1.3.101.112");

    private final DeviceId subject;
    private final byte[] der;
    private final byte[] publicKeyInfo;
    private final KeyHash keyHash;

    private CertificateSigningRequest(DeviceId subject, UnverifiedCsr csr) {
        this.subject = subject;
        this.der = csr.der();
        this.publicKeyInfo = csr.publicKeyInfo();
        this.keyHash = KeyHash.of(publicKeyInfo);
    }

    /**
     * The one place where requests are judged, in this order: size, parse, key type and size, signature algorithm, proof of
     * possession, subject, alternative names. Cheap checks come first, so that a stranger cannot make the bridge verify
     * large signatures.
     *
     * @param pem what was sent
     * @param reader takes DER apart; empty when it is not a request
     * @param id whom the certificate is for
     */
    public static CsrJudgement judge(String pem, Function<byte[], Optional<UnverifiedCsr>> reader, DeviceId id) {
        if (pem.length() > MAX_SIZE) {
            return faulty(CsrFault.TOO_LARGE, "The certificate request is larger than 16 KiB.");
        }
        return Pem.parseRequest(pem)
                .fold(
                        der -> reader.apply(der)
                                .map(csr -> judge(csr, id))
                                .orElseGet(() -> faulty(
                                        CsrFault.UNREADABLE,
                                        "The certificate request is not PKCS#10; make one with `openssl req -new`.")),
                        problem -> faulty(CsrFault.UNREADABLE, problem));
    }

    private static CsrJudgement judge(UnverifiedCsr csr, DeviceId id) {
        KeyDescription key = csr.key();
        if (!key.isAllowed()) {
            return faulty(
                    CsrFault.KEY_NOT_ALLOWED,
                    "The key (" + key.name()
                            + ") is not allowed; use EC P-256, EC P-384, Ed25519 or RSA of 2048 to 8192 bits.");
        }
        if (!SIGNATURE_ALGORITHMS.contains(csr.signatureAlgorithm())) {
            return faulty(
                    CsrFault.SIGNATURE_ALGORITHM_NOT_ALLOWED,
                    "The request's signature algorithm is not allowed; sign with SHA-256, SHA-384, SHA-512 or Ed25519.");
        }
        if (!csr.provesPossession()) {
            return faulty(
                    CsrFault.POSSESSION_NOT_PROVEN,
                    "The request is not signed with the private half of the key it holds.");
        }
        if (!csr.commonNames().equals(List.of(id.text()))) {
            return faulty(
                    CsrFault.SUBJECT_MISMATCH,
                    "The request's common name must be exactly the device id in the path; make the request with -subj \"/CN=<device id>\".");
        }
        if (!onlyNames(csr.alternativeNames(), id)) {
            return faulty(
                    CsrFault.ALTERNATIVE_NAME_MISMATCH,
                    "The request asks for other names; leave the subject alternative name out, or make it exactly DNS:<device id>.");
        }
        return new CsrJudgement.Proven(new CertificateSigningRequest(id, csr));
    }

    private static boolean onlyNames(List<UnverifiedCsr.AlternativeName> names, DeviceId id) {
        return names.isEmpty()
                || names.equals(
                        List.of(new UnverifiedCsr.AlternativeName(UnverifiedCsr.AlternativeName.DNS, id.text())));
    }

    private static CsrJudgement faulty(CsrFault fault, String detail) {
        return new CsrJudgement.Faulty(fault, detail);
    }

    /** Whom the certificate is for: the request's CN. */
    public DeviceId subject() {
        return subject;
    }

    /** PKCS#10 DER, a copy. */
    public byte[] der() {
        return der.clone();
    }

    /** The request as PEM, made anew from {@link #der()}: nothing that stood around it is passed on. */
    public String pem() {
        return Pem.of("CERTIFICATE REQUEST", der);
    }

    /** Canonical SubjectPublicKeyInfo DER, a copy. */
    public byte[] publicKeyInfo() {
        return publicKeyInfo.clone();
    }

    /** What the key is known by. */
    public KeyHash keyHash() {
        return keyHash;
    }
}
