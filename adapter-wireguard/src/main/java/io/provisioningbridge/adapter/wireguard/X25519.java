package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Secret;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;

/** Key pairs in the form {@code wg genkey} and {@code wg pubkey} print them. */
public final class X25519 {

    private static final int SIZE = 32;

    private X25519() {}

    /** A new pair; the private half clamped, as `wg genkey` makes it. */
    public static PeerKeyPair generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
            generator.initialize(NamedParameterSpec.X25519, random);
            KeyPair pair = generator.generateKeyPair();
            byte[] scalar = ((XECPrivateKey) pair.getPrivate())
                    .getScalar()
                    .orElseThrow(() -> new IllegalStateException("the Java platform keeps X25519 keys to itself"));
            return new PeerKeyPair(
                    PeerKey.of(littleEndian(((XECPublicKey) pair.getPublic()).getU())),
                    new Secret(Base64.getEncoder().encodeToString(clamped(scalar))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 is missing from this Java platform", e);
        }
    }

    /** RFC 7748 section 5. The JDK clamps when it uses a key, {@code wg genkey} when it makes one: the same key, one text. */
    private static byte[] clamped(byte[] scalar) {
        byte[] result = scalar.clone();
        result[0] &= (byte) 0b1111_1000;
        result[SIZE - 1] &= (byte) 0b0111_1111;
        result[SIZE - 1] |= (byte) 0b0100_0000;
        return result;
    }

    private static byte[] littleEndian(BigInteger number) {
        byte[] result = new byte[SIZE];
        byte[] bigEndian = number.toByteArray();
        for (int i = 0; i < Math.min(SIZE, bigEndian.length); i++) {
            result[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return result;
    }
}
