package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.DevicePlatform.Attributes;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.DevicePlatform.Registration;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** What the platform is told of a device. */
public final class Registrations {

    private Registrations() {}

    /** A device as it should be there. */
    public record Wanted(Registration registration) {

        public boolean admitsExactly(Registered there) {
            return there.credential()
                    .equals(new Credential.Certificate(CertificateHash.of(registration.certificate())));
        }

        public boolean isDescribedBy(Registered there) {
            return there.attributes().equals(Optional.of(registration.attributes()));
        }

        boolean isAsItShouldBe(Registered there) {
            return there.inProfile() && admitsExactly(there) && isDescribedBy(there);
        }
    }

    /** @param certificate the one in force */
    public static Wanted of(Device device, DeviceCertificate certificate) {
        return new Wanted(new Registration(
                device.id(),
                leaf(certificate),
                new Attributes(device.address(), certificate.serial(), certificate.notAfter(), device.enrolled())));
    }

    /** Its hash, by which the platform is asked. */
    static CertificateHash hash(DeviceCertificate certificate) {
        return CertificateHash.of(leaf(certificate));
    }

    private static X509Certificate leaf(DeviceCertificate certificate) {
        return Pem.parseCertificates(certificate.pem()).orThrow().get(0);
    }
}
