package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The platform that devices connect to with their certificates. It knows a device by its id, in exactly this spelling, and
 * admits it with one credential at a time. Safe for concurrent use.
 *
 * <p>All but {@link #deadline} throw {@link BackendUnavailableException} when the platform cannot do it now, and
 * {@link BackendRefusedException} when it never will; a part of the call may have been done by then, and the same call again
 * completes it.
 */
public interface DevicePlatform {

    /**
     * A device as the platform should have it.
     *
     * @param device its name there
     * @param certificate the only one it may connect with, without those above it
     * @param attributes what is written beside it
     */
    record Registration(DeviceId device, X509Certificate certificate, Attributes attributes) {}

    /**
     * What applications on the platform can read of a device.
     *
     * @param tunnelAddress where it is reached
     * @param serial of its certificate, at most 160 bits, not negative
     * @param notAfter end of the certificate's validity, kept to the millisecond
     * @param enrolledAt when the device was enrolled, kept to the millisecond
     */
    record Attributes(TunnelAddress tunnelAddress, BigInteger serial, Instant notAfter, Instant enrolledAt) {

        public Attributes {
            if (serial.signum() < 0 || serial.bitLength() > 160) {
                throw new IllegalArgumentException("a serial number has at most 160 bits and is not negative");
            }
            notAfter = notAfter.truncatedTo(ChronoUnit.MILLIS);
            enrolledAt = enrolledAt.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    /** What a device is admitted with. */
    sealed interface Credential {

        /** Exactly one certificate. */
        record Certificate(CertificateHash hash) implements Credential {}

        /** Something nobody has: the bridge shut it out, and left it there. */
        record Quarantined() implements Credential {}

        /**
         * Anything else, a certificate that matches none included.
         *
         * @param what kind, for people
         */
        record Other(String what) implements Credential {}
    }

    /**
     * A device as the platform has it.
     *
     * @param platformId what the platform calls it; another one when it was made anew
     * @param name the device's id, as the platform writes it
     * @param inProfile whether it is where {@link #put} puts devices; elsewhere its credential may count for nothing, and nobody
     *     tells when it connects
     * @param credential what it is admitted with
     * @param attributes empty when any is missing or is not what the bridge writes
     * @param attributesWritten when they last were, by the platform's clock; empty when they are
     * @param lastConnect when it last connected, by the platform's clock; empty when it never did
     */
    record Registered(
            String platformId,
            String name,
            boolean inProfile,
            Credential credential,
            Optional<Attributes> attributes,
            Optional<Instant> attributesWritten,
            Optional<Instant> lastConnect) {}

    /**
     * One line of a listing.
     *
     * @param name as the platform has it; need not be a device id
     */
    record Listed(String platformId, String name) {}

    /**
     * A part of a listing.
     *
     * @param next where the next one begins; empty after the last
     */
    record Page(List<Listed> devices, Optional<String> next) {

        public Page {
            devices = List.copyOf(devices);
        }
    }

    /** Why a device is removed. */
    enum Reason {
        /** It is to leave, suspended or not. */
        LEAVES,
        /** It was removed before, and is there again. */
        CAME_BACK,
        /** It is shut out for the time being: what the platform knows of it stays. */
        SUSPENDED
    }

    /** What keeps a removed device out. */
    enum Removal {
        /** It was looked for after the removal, and is not there. */
        ABSENT,
        /** It is there, suspended or because the platform would make it anew, and nothing it has admits it. Only {@link #put} ends that. */
        QUARANTINED,
        /** As {@link #QUARANTINED}, after it was removed and the platform made it anew in the midst of the call. */
        MADE_ANEW
    }

    /**
     * Makes the device known with this certificate and these attributes, wherever it was before; a connection it holds with another certificate ends.
     * The attributes are last written after it is admitted with the certificate they are of, and while it is switched to
     * another one there are none: wherever a call ends before its time, they never name a certificate that was not admitted
     * from when they were written on. Repeating it changes nothing, and leaves connections alone. What others wrote beside the
     * device stays.
     */
    void put(Registration registration);

    /** Shuts the device out, whatever it is admitted with, and ends its connections. One that is not there is removed. */
    Removal remove(DeviceId device, Reason reason);

    /** The device as it is now; empty when the platform does not know it. */
    Optional<Registered> look(DeviceId device);

    /**
     * Where a listing begins or goes on. A device that is there all the time may be missing when others are removed meanwhile.
     *
     * @param after empty for the beginning, else {@link Page#next} of the page before
     * @param limit at most so many devices, 1 to 1000; the same throughout a listing
     */
    Page list(String after, int limit);

    /** The longest time a call takes before it returns or throws. */
    Duration deadline();
}
