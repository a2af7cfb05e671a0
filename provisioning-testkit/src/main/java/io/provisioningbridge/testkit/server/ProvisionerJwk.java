package io.provisioningbridge.testkit.server;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Provisioner keys in the form step writes them (observed: step 0.21): an EC P-256 JWK, and the private one as a compact JWE
 * with {@code PBES2-HS256+A128KW} (RFC 7518 section 4.8) and {@code A256GCM}. Made with the JDK alone, so that what reads
 * them is tested against code that is not its own.
 */
final class ProvisionerJwk {

    private static final String ALGORITHM = "PBES2-HS256+A128KW";
    private static final int COORDINATE_BYTES = 32;
    private static final int GCM_TAG_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private ProvisionerJwk() {}

    static String publicJson(KeyPair key) {
        return "{" + members(key) + "}";
    }

    /** The private key as step-ca hands it out: a compact JWE. */
    static String encrypted(KeyPair key, String password, int iterations) {
        ECPrivateKey secret = (ECPrivateKey) key.getPrivate();
        String plaintext = "{" + members(key) + ",\"d\":\"" + coordinate(secret.getS()) + "\"}";
        byte[] saltInput = random(16);
        String header = base64(("{\"alg\":\"" + ALGORITHM + "\",\"cty\":\"jwk+json\",\"enc\":\"A256GCM\",\"p2c\":"
                        + iterations + ",\"p2s\":\"" + base64(saltInput) + "\"}")
                .getBytes(StandardCharsets.UTF_8));
        try {
            SecretKey contentKey = new SecretKeySpec(random(32), "AES");
            Cipher wrap = Cipher.getInstance("AESWrap");
            wrap.init(Cipher.WRAP_MODE, wrappingKey(password, saltInput, iterations));
            byte[] wrapped = wrap.wrap(contentKey);

            byte[] nonce = random(12);
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, contentKey, new GCMParameterSpec(GCM_TAG_BYTES * 8, nonce));
            cipher.updateAAD(header.getBytes(StandardCharsets.US_ASCII));
            byte[] sealed = cipher.doFinal(plaintext.getBytes(StandardCharsets.UTF_8));
            int textLength = sealed.length - GCM_TAG_BYTES;
            return String.join(
                    ".",
                    header,
                    base64(wrapped),
                    base64(nonce),
                    base64(Arrays.copyOf(sealed, textLength)),
                    base64(Arrays.copyOfRange(sealed, textLength, sealed.length)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES and PBKDF2", e);
        }
    }

    private static SecretKey wrappingKey(String password, byte[] saltInput, int iterations)
            throws GeneralSecurityException {
        byte[] name = ALGORITHM.getBytes(StandardCharsets.US_ASCII);
        byte[] salt = ByteBuffer.allocate(name.length + 1 + saltInput.length)
                .put(name)
                .put((byte) 0)
                .put(saltInput)
                .array();
        byte[] derived = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 128))
                .getEncoded();
        return new SecretKeySpec(derived, "AES");
    }

    private static String members(KeyPair key) {
        ECPublicKey open = (ECPublicKey) key.getPublic();
        String x = coordinate(open.getW().getAffineX());
        String y = coordinate(open.getW().getAffineY());
        return "\"use\":\"sig\",\"kty\":\"EC\",\"kid\":\"" + thumbprint(x, y)
                + "\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"x\":\"" + x + "\",\"y\":\"" + y + "\"";
    }

    /** RFC 7638. */
    private static String thumbprint(String x, String y) {
        String canonical = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" + x + "\",\"y\":\"" + y + "\"}";
        try {
            return base64(MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[COORDINATE_BYTES];
        int length = Math.min(bytes.length, COORDINATE_BYTES);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE_BYTES - length, length);
        return base64(fixed);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
