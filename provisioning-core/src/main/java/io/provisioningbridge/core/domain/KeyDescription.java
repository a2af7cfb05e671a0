package io.provisioningbridge.core.domain;

/**
 * What kind of public key a request holds.
 *
 * @param kind one of the kinds the bridge may accept, or {@link Kind#OTHER}
 * @param bits its size; 0 where the kind says it all or the size could not be told
 * @param name in words, for a refusal: {@code RSA 1024}, {@code EC P-224}
 */
public record KeyDescription(Kind kind, int bits, String name) {

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
}
