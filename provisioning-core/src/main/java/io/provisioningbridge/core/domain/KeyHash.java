package io.provisioningbridge.core.domain;

import java.util.regex.Pattern;

/** SHA-256 of a public key's SubjectPublicKeyInfo DER, 64 lower hex digits: what a certificate key is known by. */
public record KeyHash(String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    public KeyHash {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("a key hash is 64 lower hex digits");
        }
    }

    /** The hash of a SubjectPublicKeyInfo in DER. */
    public static KeyHash of(byte[] publicKeyInfo) {
        return new KeyHash(Hashes.sha256Hex(publicKeyInfo));
    }

    @Override
    public String toString() {
        return hex;
    }
}
