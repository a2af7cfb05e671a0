package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.security.SecureRandom;

/**
 * Writes {@code wg0.conf} for {@code wg-quick}. Safe for concurrent use.
 *
 * <p>There is no {@code DNS} line: {@code wg-quick up} fails on one and takes the interface down again where
 * {@code resolvconf} is missing (observed: wireguard-tools 1.0.20210914).
 */
public final class WireGuardTunnelConfigWriter implements TunnelConfigWriter {

    private static final String HEADER =
            "# WireGuard tunnel of this device, made by the Provisioning Bridge. Start it with: wg-quick up wg0";

    private final WireGuardSettings settings;
    private final SecureRandom random;

    /**
     * @param settings what devices are told
     * @param random where key pairs come from
     */
    public WireGuardTunnelConfigWriter(WireGuardSettings settings, SecureRandom random) {
        this.settings = settings;
        this.random = random;
    }

    @Override
    public PeerKey serverKey() {
        return settings.serverKey();
    }

    @Override
    public PeerKeyPair newKeyPair() {
        return X25519.generate(random);
    }

    @Override
    public String configuration(TunnelAddress address) {
        return write(address, PRIVATE_KEY_PLACEHOLDER);
    }

    @Override
    public String configuration(TunnelAddress address, Secret privateKey) {
        return write(address, privateKey.reveal());
    }

    private String write(TunnelAddress address, String privateKey) {
        StringBuilder text = new StringBuilder();
        line(text, HEADER);
        line(text, "[Interface]");
        line(text, "PrivateKey = " + privateKey);
        line(text, "Address = " + address + "/32");
        if (!settings.mtu().equals(Mtu.AUTOMATIC)) {
            line(text, "MTU = " + settings.mtu().bytes());
        }
        line(text, "");
        line(text, "[Peer]");
        line(text, "PublicKey = " + settings.serverKey().base64());
        line(text, "Endpoint = " + settings.endpoint());
        line(text, "AllowedIPs = " + settings.allowedIps());
        // Devices sit behind routers that forget a silent connection: without this the server could not reach them.
        line(text, "PersistentKeepalive = 25");
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }
}
