package io.provisioningbridge.core.domain;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Locale;

/**
 * A certificate the bridge received for a device, kept for ever.
 *
 * @param serial up to 20 bytes, positive
 * @param device in the spelling of first enrollment
 * @param incarnation which life of the device it belongs to
 * @param key hash of the public key it certifies
 * @param notBefore start of validity
 * @param notAfter end of validity
 * @param standing what it is good for
 * @param revocation whether it was, or must be, revoked
 * @param pem the leaf
 * @param chainPem every certificate above it, issuing CA first, root last
 * @param peer the WireGuard peer it was handed out with; the device's own once the certificate is seen
 * @param atOnce whether it counts as soon as it was handed out, since the device is not going to confirm it
 * @param request SHA-256, 64 lower hex digits, of the signed request it answered; empty when that was not signed
 */
public record DeviceCertificate(
        BigInteger serial,
        DeviceId device,
        Incarnation incarnation,
        KeyHash key,
        Instant notBefore,
        Instant notAfter,
        Standing standing,
        Revocation revocation,
        String pem,
        String chainPem,
        TunnelPeer peer,
        boolean atOnce,
        String request) {

    public DeviceCertificate {
        if (serial.signum() < 0 || serial.bitLength() > 160) {
            throw new IllegalArgumentException("a serial number has at most 160 bits and is not negative");
        }
        if (notAfter.isBefore(notBefore)) {
            throw new IllegalArgumentException("a certificate cannot end before it begins");
        }
    }

    /** A serial number as {@code openssl x509 -serial} prints it: upper case, an even number of digits. */
    public static String text(BigInteger serial) {
        String hex = serial.toString(16).toUpperCase(Locale.ROOT);
        return hex.length() % 2 == 0 ? hex : "0" + hex;
    }

    /** What a certificate is good for. */
    public enum Standing {
        /** Handed out; whether the device stored it is not known yet. */
        ISSUED,
        /** Seen in use: the device has it. */
        CURRENT,
        /** A newer one was seen; its key never returns. */
        SUPERSEDED,
        /** Never handed out: it came too late, or was not what had been asked for. */
        UNUSABLE
    }

    /** Whether a certificate is taken back. */
    public enum Revocation {
        NONE,
        /** Waits to be revoked at the authority. */
        DUE,
        DONE
    }

    /** Whether it speaks for its device: stored, not taken back, not superseded; an expired one still does. */
    public boolean provesDevice() {
        return revocation == Revocation.NONE && (standing == Standing.ISSUED || standing == Standing.CURRENT);
    }

    /** Whether its holder may still be answered with it: handed out before, not revoked, not expired. */
    public boolean servesAt(Instant now) {
        return provesDevice() && now.isBefore(notAfter);
    }

    /** The same certificate, revocation in another state. */
    public DeviceCertificate withRevocation(Revocation other) {
        return with(standing, other, peer);
    }

    /** The same certificate, good for something else. */
    public DeviceCertificate withStanding(Standing other) {
        return with(other, revocation, peer);
    }

    /** The same certificate, its pair made anew. */
    public DeviceCertificate withPeer(TunnelPeer other) {
        return with(standing, revocation, other);
    }

    private DeviceCertificate with(Standing newStanding, Revocation newRevocation, TunnelPeer newPeer) {
        return new DeviceCertificate(
                serial,
                device,
                incarnation,
                key,
                notBefore,
                notAfter,
                newStanding,
                newRevocation,
                pem,
                chainPem,
                newPeer,
                atOnce,
                request);
    }
}
