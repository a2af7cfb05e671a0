package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import io.provisioningbridge.testkit.contract.TunnelConfigWriterContract;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class WireGuardTunnelConfigWriterTest implements TunnelConfigWriterContract {

    static final PeerKey SERVER_KEY = new PeerKey("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=");
    private static final TunnelAddress ADDRESS = TunnelAddress.parse("10.8.0.2").orThrow();

    private final WireGuardTunnelConfigWriter writer = writer("vpn.example.org:51820", Mtu.AUTOMATIC);

    @Override
    public TunnelConfigWriter writer() {
        return writer;
    }

    @Test
    void configurationShouldBeExactlyThatWhenTheDeviceHasItsOwnKey() {
        assertThat(writer.configuration(ADDRESS)).isEqualTo("""
                # WireGuard tunnel of this device, made by the Provisioning Bridge. Start it with: wg-quick up wg0
                [Interface]
                PrivateKey = <REPLACE_WITH_DEVICE_PRIVATE_KEY>
                Address = 10.8.0.2/32

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                Endpoint = vpn.example.org:51820
                AllowedIPs = 10.8.0.0/24, 10.9.0.0/16
                PersistentKeepalive = 25
                """);
    }

    @Test
    void configurationShouldBeExactlyThatWhenTheBridgeMadeThePair() {
        Secret privateKey = new Secret("XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os=");

        assertThat(writer("[2001:db8::1]:51820", new Mtu(1380)).configuration(ADDRESS, privateKey))
                .isEqualTo("""
                # WireGuard tunnel of this device, made by the Provisioning Bridge. Start it with: wg-quick up wg0
                [Interface]
                PrivateKey = XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os=
                Address = 10.8.0.2/32
                MTU = 1380

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                Endpoint = [2001:db8::1]:51820
                AllowedIPs = 10.8.0.0/24, 10.9.0.0/16
                PersistentKeepalive = 25
                """);
    }

    @Test
    void serverKeyShouldBeTheOneOfTheSettings() {
        assertThat(writer.serverKey()).isEqualTo(SERVER_KEY);
    }

    static WireGuardTunnelConfigWriter writer(String endpoint, Mtu mtu) {
        AllowedIps networks =
                AllowedIps.of(AddressPools.parse("10.8.0.0/24,10.9.0.0/16").orThrow());
        return new WireGuardTunnelConfigWriter(
                new WireGuardSettings(SERVER_KEY, Endpoint.parse(endpoint).orThrow(), networks, mtu),
                new SecureRandom());
    }
}
