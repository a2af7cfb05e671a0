package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.DeviceStore;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What devices show to the update server, where the bridge chooses that. */
final class TargetTokens {

    private static final int BYTES = 32;

    private final DeviceStore store;
    private final boolean on;
    private final RandomGenerator random;

    TargetTokens(DeviceStore store, boolean on, RandomGenerator random) {
        this.store = store;
        this.on = on;
        this.random = random;
    }

    /** One for a device that has none, and is told. */
    Optional<Secret> fresh(Application application) {
        if (!on || !application.takesTargetToken()) {
            return Optional.empty();
        }
        byte[] token = new byte[BYTES];
        random.nextBytes(token);
        return Optional.of(new Secret(HexFormat.of().formatHex(token)));
    }

    /** The one that goes with a certificate that was made just now. */
    Optional<Secret> of(DeviceCertificate certificate) {
        return on ? store.targetToken(certificate.device()) : Optional.empty();
    }

    /**
     * The one that goes with a stored answer. Whoever has seen a device's request can send it again: once the device has shown
     * that it has its certificate, only a request signed with a certificate that proves it gets the token.
     */
    Optional<Secret> again(DeviceCertificate certificate, boolean proven) {
        boolean mayBeLost = certificate.standing() == DeviceCertificate.Standing.ISSUED;
        return mayBeLost || proven ? of(certificate) : Optional.empty();
    }
}
