package io.provisioningbridge.core.domain;

import java.time.Instant;

/**
 * The promise made before a certificate authority is asked: this key, for this device, now. While it is open nobody else
 * may ask for that device. Its record stays for ever: what was asked for and never arrived may have been issued.
 *
 * @param id unguessable, unique
 * @param device in the spelling of first enrollment
 * @param incarnation which life of the device
 * @param key hash of the key to be certified
 * @param opened when the authority was about to be asked
 * @param expires from when on an answer comes too late
 * @param status what became of it
 */
public record IssuanceIntent(
        IntentId id,
        DeviceId device,
        Incarnation incarnation,
        KeyHash key,
        Instant opened,
        Instant expires,
        Status status) {

    /** What became of an intent. */
    public enum Status {
        OPEN,
        /** The certificate is stored and was handed out. */
        COMPLETED,
        /** The authority surely did not sign. */
        UNSIGNED,
        /** The authority may have signed and the answer never arrived. */
        UNCERTAIN,
        /** A certificate arrived that could not be handed out; it is stored and due for revocation. */
        REJECTED
    }

    /** Whether it keeps others out. */
    public boolean openAt(Instant now) {
        return status == Status.OPEN && now.isBefore(expires);
    }

    /** The same intent with its end. */
    public IssuanceIntent withStatus(Status end) {
        return new IssuanceIntent(id, device, incarnation, key, opened, expires, end);
    }
}
