package io.provisioningbridge.core.domain;

import java.util.List;
import java.util.Optional;

/** Which of a device's certificates outside systems go by. */
public final class CertificateInForce {

    private CertificateInForce() {}

    /**
     * The latest of those that were seen or count at once; where there is none, the first that was handed out. Empty when no
     * certificate proves the device.
     *
     * @param all those of the device, in the order they were stored; of any incarnation
     */
    public static Optional<DeviceCertificate> of(Device device, List<DeviceCertificate> all) {
        List<DeviceCertificate> proving = all.stream()
                .filter(certificate -> certificate.incarnation().equals(device.incarnation()))
                .filter(DeviceCertificate::provesDevice)
                .toList();
        return proving.stream()
                .filter(certificate ->
                        certificate.atOnce() || certificate.standing() == DeviceCertificate.Standing.CURRENT)
                .reduce((earlier, later) -> later)
                .or(() -> proving.stream().findFirst());
    }
}
