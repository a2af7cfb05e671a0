package io.provisioningbridge.core.domain;

/**
 * What kind of public key a request or a certificate holds.
 *
 * @param kind one of the kinds the bridge may accept, or {@link Kind#OTHER}
 * @param bits its size; 0 where the kind says it all or the size could not be told
 * @param name in words, for a refusal: {@code RSA 1024}, {@code EC P-224}
 */
public record KeyDescription(Kind kind, int bits, String name) {

    private static final int RSA_MIN_BITS = 2048;
    private static final int RSA_MAX_BITS = 8192;

    /** Kinds of key. */
    public enum Kind {
        EC_P256,
        EC_P384,
        ED25519,
        /** With an odd public exponent from 3 up to 2^32. */
        RSA,
        /** Anything else: another curve, another algorithm, or a key that is not in its one canonical DER form. */
        OTHER
    }

    /** Whether the bridge takes devices' keys of this kind and size. */
    public boolean isAllowed() {
        return switch (kind) {
            case EC_P256, EC_P384, ED25519 -> true;
            case RSA -> bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS;
            case OTHER -> false;
        };
    }
}
