package io.provisioningbridge.app.http;

import io.provisioningbridge.core.domain.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A secret of which only the hash is kept. Immutable. */
final class HashedSecret {

    private final byte[] hash;

    HashedSecret(Secret secret) {
        this.hash = hash(secret.reveal());
    }

    /** Takes as long for another one as for this one. */
    boolean is(String presented) {
        return MessageDigest.isEqual(hash, hash(presented));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
