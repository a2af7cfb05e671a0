package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.http.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes the tokens with which a provisioner authorizes one request. step-ca burns a token before it looks at anything else, so
 * every attempt needs one of its own, and its id must not be guessable: whoever knows it can burn it first (observed: step-ca
 * v0.30.2). Safe for concurrent use if the random generator is.
 */
final class OneTimeTokens {

    /** What a certificate is for; a provisioner's template may look at it. */
    enum Purpose {
        DEVICE("device"),
        SERVER("server");

        private final String claim;

        Purpose(String claim) {
            this.claim = claim;
        }
    }

    private static final Duration LIFETIME = Duration.ofMinutes(5);
    private static final Duration BACKDATE = Duration.ofSeconds(30);
    private static final int ID_BYTES = 32;

    private final JoseSigner signer;
    private final InstantSource authorityClock;
    private final RandomGenerator random;

    OneTimeTokens(JoseSigner signer, InstantSource authorityClock, RandomGenerator random) {
        this.signer = signer;
        this.authorityClock = authorityClock;
        this.random = random;
    }

    /**
     * Allows one certificate for exactly this request.
     *
     * @param csr PKCS#10 DER, as it is sent
     * @param names all alternative names, the first also the common name
     */
    String forSigning(ProvisionerKey key, String audience, byte[] csr, List<String> names, Purpose purpose) {
        ObjectNode claims = Json.object();
        names.forEach(claims.putArray("sans")::add);
        // The claim is named x5rt here; step-ca silently ignores the registered x5t#S256 (observed).
        claims.putObject("cnf").put("x5rt#S256", base64(sha256(csr)));
        claims.put("purpose", purpose.claim);
        return token(key, audience, names.get(0), claims);
    }

    /**
     * Allows one revocation.
     *
     * @param serial in decimal, whatever the request's body says it in
     */
    String forRevoking(ProvisionerKey key, String audience, String serial) {
        return token(key, audience, serial, Json.object());
    }

    private String token(ProvisionerKey key, String audience, String subject, ObjectNode claims) {
        Instant now = authorityClock.instant();
        claims.put("iss", key.issuer());
        claims.put("sub", subject);
        claims.put("aud", audience);
        claims.put("iat", now.getEpochSecond());
        claims.put("nbf", now.minus(BACKDATE).getEpochSecond());
        claims.put("exp", now.plus(LIFETIME).getEpochSecond());
        claims.put("jti", newId());
        ObjectNode header =
                Json.object().put("alg", "ES256").put("kid", key.id()).put("typ", "JWT");
        String signed = base64(Json.bytes(header)) + "." + base64(Json.bytes(claims));
        return signed + "." + base64(signer.es256(signed.getBytes(StandardCharsets.US_ASCII), key.privateKey()));
    }

    private String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
