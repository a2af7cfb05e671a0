package io.provisioningbridge.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTypesTest {

    @ParameterizedTest
    @CsvSource({
        "24h, PT24H",
        "30d, PT720H",
        "720h, PT720H",
        "1h30m, PT1H30M",
        "1d12h, PT36H",
        "90s, PT90S",
        "PT24H, PT24H",
        "P30D, PT720H",
        "pt5m, PT5M"
    })
    void durationsShouldBeReadAsOperatorsWriteThem(String text, Duration duration) {
        assertThat(DurationText.parse(text).orThrow()).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "24", "h", "1w", "24 h", "1m1h", "1.5h", "-1h", "P1M", "PT", "99999999999999999999h"})
    void otherDurationsShouldBeRefused(String text) {
        assertThat(DurationText.parse(text).value()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/9, 10.128.0.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "0.0.0.0/0, 203.0.113.1, true",
        "0.0.0.0/0, ::1, false",
        "fd00::/8, fdff::1, true",
        "fd00::/8, fe00::1, false",
        "2001:db8::/33, 2001:db8:8000::, false",
        "::/0, 10.0.0.1, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true"
    })
    void aNetworkShouldKnowItsAddresses(String network, String address, boolean inside) throws UnknownHostException {
        assertThat(IpNetwork.parse(network).orThrow().contains(InetAddress.getByName(address)))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0.0/999",
                "010.0.0.0/8",
                "10.0.0/8",
                "1:2:3",
                "fe80::1%eth0",
                "fd00::/129",
                "localhost"
            })
    void otherNetworksShouldBeRefused(String text) {
        assertThat(IpNetwork.parse(text).value()).isEmpty();
    }

    @Test
    void aNetworkShouldHaveNoHostBits() throws UnknownHostException {
        InetAddress host = InetAddress.getByName("10.0.0.1");

        assertThatThrownBy(() -> new IpNetwork(host, 8)).hasMessageContaining("host bits");
        assertThatThrownBy(() -> new IpNetwork(host, 33)).hasMessageContaining("prefix length");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"vpn.example.com:51820", "10.0.0.1:1", "[2001:db8::1]:65535", "wg_server:51820", "a.example.:443"
            })
    void aPlaceShouldPrintAsItWasWritten(String text) {
        assertThat(HostPort.parse(text).orThrow()).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":1",
                "a:",
                "a:x",
                "a:-1",
                "a:123456",
                "[]:1",
                "[a]:1",
                "[10.0.0.1]:1",
                "256.1.1.1:1",
                "1:1",
                "a..b:1",
                "-a:1",
                "a b:1",
                "a\n:1"
            })
    void otherPlacesShouldBeRefused(String text) {
        assertThat(HostPort.parse(text).value()).isEmpty();
    }

    @Test
    void aPlaceShouldHaveAHostAndAPort() {
        assertThatThrownBy(() -> new HostPort("a b", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HostPort("a", 65536)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://ca.example.com, https://ca.example.com",
        "HTTPS://CA.Example.com:9000/, https://ca.example.com:9000",
        "http://hawkbit:8080/hawkbit//, http://hawkbit:8080/hawkbit",
        "https://[::1]:9000, https://[::1]:9000",
        "https://a/p%20q, https://a/p%20q"
    })
    void aUrlShouldLoseWhatMakesTwoSpellingsOfOne(String text, String url) {
        assertThat(BaseUrl.parse(text).orThrow()).hasToString(url);
    }

    @Test
    void aFingerprintShouldBeLowerHex() {
        String hex = "0123456789abcdef".repeat(4);

        assertThat(Fingerprint.parse(hex).orThrow()).hasToString(hex);
        assertThat(Fingerprint.parse(hex.toUpperCase(java.util.Locale.ROOT)).orThrow())
                .hasToString(hex);
        assertThat(Fingerprint.parse("AB:".repeat(31) + "AB").orThrow()).hasToString("ab".repeat(32));
        assertThat(Fingerprint.parse("A:B:".repeat(16) + "AB").value()).isEmpty();
        assertThat(Fingerprint.parse(hex + "0").value()).isEmpty();
        assertThatThrownBy(() -> new Fingerprint("AB".repeat(32))).isInstanceOf(IllegalArgumentException.class);
    }
}
