package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.enrollment.ConfirmationResult.Reason;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A device has stored its new certificate: from now on that one counts, its peer is the device's, and all others are
 * superseded. Confirming again is harmless. Safe for concurrent use.
 */
public final class ConfirmCertificate {

    private static final Pattern SERIAL = Pattern.compile("[0-9A-Fa-f]{1,40}");
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int ROUNDS = 8;

    private final DeviceStore store;
    private final InstantSource clock;

    public ConfirmCertificate(DeviceStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Never throws for what a device or the store does wrong: that is in the result. */
    public ConfirmationResult confirm(Confirmation confirmation) {
        if (!SERIAL.matcher(confirmation.serial()).matches()) {
            return refused(
                    Reason.INVALID_SERIAL, "serial must be hexadecimal, as `openssl x509 -noout -serial` prints it.");
        }
        BigInteger serial = new BigInteger(confirmation.serial(), 16);
        try {
            return DeviceId.parse(confirmation.deviceId())
                    .fold(
                            id -> confirm(confirmation, id, serial),
                            problem -> refused(Reason.INVALID_DEVICE_ID, problem));
        } catch (BackendUnavailableException e) {
            return new ConfirmationResult.Deferred(
                    "The bridge cannot store anything at the moment; send the request again later.", e.retryAfter());
        }
    }

    private ConfirmationResult confirm(Confirmation confirmation, DeviceId id, BigInteger serial) {
        for (int round = 0; round < ROUNDS; round++) {
            // Out of service is out of service in every spelling.
            Optional<Device> device = store.find(id)
                    .filter(found -> found.state() == DeviceState.DECOMMISSIONED
                            || found.id().equals(id));
            if (device.isEmpty()) {
                return unknown();
            }
            Optional<ConfirmationResult> result = round(confirmation, device.get(), serial);
            if (result.isPresent()) {
                return result.get();
            }
        }
        return new ConfirmationResult.Deferred("The device is being changed; send the request again.", SOON);
    }

    /** Empty when the device changed meanwhile. */
    private Optional<ConfirmationResult> round(Confirmation confirmation, Device device, BigInteger serial) {
        if (device.state() == DeviceState.DECOMMISSIONED) {
            return Optional.of(refused(Reason.DEVICE_DECOMMISSIONED, "The device was taken out of service."));
        }
        if (device.state() == DeviceState.SUSPENDED) {
            return Optional.of(refused(Reason.DEVICE_SUSPENDED, "The device is suspended; an operator can resume it."));
        }
        String signer = Pem.of(confirmation.signed().signer());
        KnownDevice known = KnownDevice.of(device, store.certificates(device.id()));
        Optional<DeviceCertificate> confirmed = known.certificates().stream()
                .filter(certificate -> certificate.serial().equals(serial))
                .findFirst();
        if (confirmed.isEmpty()) {
            return Optional.of(unknown());
        }
        if (!confirmed.get().pem().equals(signer)) {
            return Optional.of(refused(
                    Reason.WRONG_SIGNER, "The confirmation must be signed with the key of the certificate it names."));
        }
        if (!confirmed.get().provesDevice()) {
            return Optional.of(refused(
                    Reason.CERTIFICATE_REVOKED, "This certificate was taken back or superseded by a newer one."));
        }
        Instant now = clock.instant();
        AuditEvent audit = new AuditEvent(
                now,
                device.id().key(),
                AuditEvent.Action.CERTIFICATE_SEEN,
                confirmation.cause(),
                "confirmed serial " + DeviceCertificate.text(serial));
        Outcome outcome = store.commit(new Change.Seen(confirmed.get(), device.version(), now, audit));
        return outcome instanceof Outcome.Committed
                ? Optional.of(new ConfirmationResult.Confirmed())
                : Optional.empty();
    }

    private static ConfirmationResult unknown() {
        return refused(Reason.UNKNOWN_CERTIFICATE, "This device has no certificate with that serial number.");
    }

    private static ConfirmationResult refused(Reason reason, String detail) {
        return new ConfirmationResult.Refused(reason, detail);
    }
}
