package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.UpdateServer;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The outside systems of a bridge; the first two are always there. */
public record Systems(
        CertificateAuthority authority,
        TunnelPeers tunnel,
        Optional<UpdateServer> updateServer,
        Optional<DevicePlatform> platform) {

    /** Those that are there. */
    public Set<Backend> inUse() {
        Set<Backend> inUse = EnumSet.of(Backend.CERTIFICATE_AUTHORITY, Backend.TUNNEL);
        updateServer.ifPresent(server -> inUse.add(Backend.UPDATE_SERVER));
        platform.ifPresent(there -> inUse.add(Backend.PLATFORM));
        return inUse;
    }
}
