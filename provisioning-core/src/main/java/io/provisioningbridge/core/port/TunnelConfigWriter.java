package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;

/** Writes the tunnel configuration a device saves, and makes key pairs for devices that have none. Safe for concurrent use. */
public interface TunnelConfigWriter {

    /** What stands for the private key when the device made the pair itself. */
    String PRIVATE_KEY_PLACEHOLDER = "<REPLACE_WITH_DEVICE_PRIVATE_KEY>";

    /** The tunnel server's own key: no device may have it. */
    PeerKey serverKey();

    /** A new pair from a cryptographically strong source. */
    PeerKeyPair newKeyPair();

    /** The configuration of a device that holds its private key itself: {@link #PRIVATE_KEY_PLACEHOLDER} stands for it. */
    String configuration(TunnelAddress address);

    /** The configuration of a device whose pair the bridge made. */
    String configuration(TunnelAddress address, Secret privateKey);
}
