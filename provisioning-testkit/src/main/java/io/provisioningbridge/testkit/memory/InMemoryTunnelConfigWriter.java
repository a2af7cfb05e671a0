package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.util.Base64;

/** Writes configurations for a tunnel server that does not exist. Safe for concurrent use. */
public final class InMemoryTunnelConfigWriter implements TunnelConfigWriter {

    private final SecureRandom random;
    private final PeerKey serverKey;

    /** For a server with a key of its own, made here. */
    public InMemoryTunnelConfigWriter() {
        this.random = new SecureRandom();
        this.serverKey = newKeyPair().publicKey();
    }

    @Override
    public PeerKey serverKey() {
        return serverKey;
    }

    @Override
    public PeerKeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
            generator.initialize(255, random);
            KeyPair pair = generator.generateKeyPair();
            byte[] scalar = ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow();
            scalar[0] &= (byte) 248;
            scalar[31] = (byte) ((scalar[31] & 127) | 64);
            return new PeerKeyPair(
                    PeerKey.of(littleEndian(((XECPublicKey) pair.getPublic()).getU())),
                    new Secret(Base64.getEncoder().encodeToString(scalar)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 is missing from this Java platform", e);
        }
    }

    @Override
    public String configuration(TunnelAddress address) {
        return write(address, PRIVATE_KEY_PLACEHOLDER);
    }

    @Override
    public String configuration(TunnelAddress address, Secret privateKey) {
        return write(address, privateKey.reveal());
    }

    private String write(TunnelAddress address, String privateKey) {
        return """
                [Interface]
                PrivateKey = %s
                Address = %s/32

                [Peer]
                PublicKey = %s
                Endpoint = vpn.example.test:51820
                AllowedIPs = 10.8.0.0/24
                PersistentKeepalive = 25
                """.formatted(privateKey, address, serverKey.base64());
    }

    private static byte[] littleEndian(BigInteger number) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = number.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }
}
