package io.provisioningbridge.core.domain;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** PEM (RFC 7468) of requests and certificates: reading what others wrote, writing with {@code \n} line ends. */
public final class Pem {

    private static final Set<String> REQUEST_LABELS = Set.of("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");

    private Pem() {}

    /** The DER of text that holds exactly one certificate request and, at most, explanatory text before it. */
    public static Parsed<byte[]> parseRequest(String text) {
        Optional<PemBlock> block = PemBlock.next(text, 0);
        if (block.isEmpty() || !REQUEST_LABELS.contains(block.get().label())) {
            return Parsed.invalid("The certificate request is not PEM (-----BEGIN CERTIFICATE REQUEST-----).");
        }
        if (!text.substring(block.get().end()).isBlank()) {
            return Parsed.invalid("There is text after the certificate request; send exactly one PEM block.");
        }
        try {
            return Parsed.valid(block.get().der());
        } catch (IllegalArgumentException notBase64) {
            return Parsed.invalid("The certificate request's PEM is not valid base64.");
        }
    }

    /** Every certificate in the text, in its order; none is an empty list. */
    public static Parsed<List<X509Certificate>> parseCertificates(String text) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Optional<PemBlock> block = PemBlock.next(text, 0);
                block.isPresent();
                block = PemBlock.next(text, block.get().end())) {
            if (block.get().label().equals("CERTIFICATE")) {
                try {
                    certificates.add(certificate(block.get().der()));
                } catch (IllegalArgumentException | CertificateException e) {
                    return Parsed.invalid("certificate " + (certificates.size() + 1) + " of the text cannot be read");
                }
            }
        }
        return Parsed.valid(List.copyOf(certificates));
    }

    /** A certificate from its DER. @throws CertificateException if it is none */
    public static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** One certificate, ending with a line end. */
    public static String of(X509Certificate certificate) {
        try {
            return of("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    /** All of them, one after the other. */
    public static String of(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        certificates.forEach(certificate -> text.append(of(certificate)));
        return text.toString();
    }

    /** {@code der} under {@code label}, 64 characters a line. */
    public static String of(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}
