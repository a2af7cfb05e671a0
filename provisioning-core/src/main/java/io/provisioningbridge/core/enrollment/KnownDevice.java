package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.KeyHash;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A device and the certificates of its present incarnation that were handed out, oldest first.
 *
 * <p>A certificate proves a device only by being one of these: what its chain and its common name say is never asked, since
 * the same root may sign for others.
 */
record KnownDevice(Device device, List<DeviceCertificate> certificates) {

    static KnownDevice of(Device device, List<DeviceCertificate> all) {
        return new KnownDevice(
                device,
                all.stream()
                        .filter(certificate -> certificate.incarnation().equals(device.incarnation()))
                        .filter(certificate -> certificate.standing() != Standing.UNUSABLE)
                        .toList());
    }

    /** The certificate that signed a request, where it still speaks for the device. */
    Optional<DeviceCertificate> proofIn(Optional<RequestSignature> signature) {
        return signature.flatMap(by -> certificates.stream()
                .filter(certificate -> certificate.pem().equals(by.signerPem()))
                .filter(DeviceCertificate::provesDevice)
                .findFirst());
    }

    /** What a signed request was last answered with: more than once, where an answer expired and it came again. */
    Optional<DeviceCertificate> answerTo(Optional<RequestSignature> signature) {
        return signature.flatMap(by -> newest(certificates.stream()
                .filter(certificate -> certificate.request().equals(by.digest()))));
    }

    /** The newest certificate for a key. */
    Optional<DeviceCertificate> latestFor(KeyHash key) {
        return newest(
                certificates.stream().filter(certificate -> certificate.key().equals(key)));
    }

    private static Optional<DeviceCertificate> newest(Stream<DeviceCertificate> oldestFirst) {
        return oldestFirst.reduce((older, newer) -> newer);
    }
}
