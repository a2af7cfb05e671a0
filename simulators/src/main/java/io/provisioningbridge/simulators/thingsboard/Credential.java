package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What a device is admitted with.
 *
 * @param id its own id, which it keeps
 * @param type {@code X509_CERTIFICATE} or {@code ACCESS_TOKEN}
 * @param credentialsId what a connection is looked up by: the hash of a certificate, or the token
 * @param value of a certificate the text that was sent, without PEM markers and line ends; never parsed
 */
record Credential(String id, String type, String credentialsId, String value, int version) {

    static final String X509 = "X509_CERTIFICATE";
    static final String ACCESS_TOKEN = "ACCESS_TOKEN";

    /** Only markers and line ends are taken off; whatever is left is hashed. */
    static String trimmed(String pem) {
        return pem.replace("-----BEGIN CERTIFICATE-----", "")
                .replace("-----END CERTIFICATE-----", "")
                .replace("\r", "")
                .replace("\n", "");
    }

    /** SHA3-256 of the base64 text, not of the DER. */
    static String hash(String trimmed) {
        try {
            byte[] text = trimmed.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA3-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK from 9 on has SHA3-256", e);
        }
    }

    static String text(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    boolean isCertificate() {
        return type.equals(X509);
    }

    ObjectNode json(String deviceId) {
        ObjectNode json = Json.object();
        json.putObject("id").put("id", id);
        json.set("deviceId", Json.id("DEVICE", deviceId));
        json.put("credentialsType", type).put("credentialsId", credentialsId);
        if (isCertificate()) {
            json.put("credentialsValue", value);
        } else {
            json.putNull("credentialsValue");
        }
        return json.put("version", version);
    }
}
