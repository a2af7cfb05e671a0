package io.provisioningbridge.core.domain;

import java.util.List;

/** What a PKCS#10 request says, nothing of it believed yet. Immutable; {@link #provesPossession()} may be expensive. */
public interface UnverifiedCsr {

    /** The request's own DER, a copy. */
    byte[] der();

    /** SubjectPublicKeyInfo DER, a copy. */
    byte[] publicKeyInfo();

    /** The kind of key; one that is not in canonical DER is {@link KeyDescription.Kind#OTHER}. Never fails. */
    KeyDescription key();

    /** Object identifier of the signature algorithm in dotted form. */
    String signatureAlgorithm();

    /** Whether the request is signed with the private half of its own key; false also when that cannot be told. */
    boolean provesPossession();

    /** Every common name of the subject, in order. */
    List<String> commonNames();

    /** Every subject alternative name asked for, in order; empty when there is no such extension. */
    List<AlternativeName> alternativeNames();

    /**
     * A subject alternative name.
     *
     * @param type its GeneralName tag number (RFC 5280): 1 email, 2 DNS, 6 URI, 7 IP address
     * @param text its text; for types without one, anything that is not a device id
     */
    record AlternativeName(int type, String text) {

        /** The tag of a DNS name. */
        public static final int DNS = 2;
    }
}
