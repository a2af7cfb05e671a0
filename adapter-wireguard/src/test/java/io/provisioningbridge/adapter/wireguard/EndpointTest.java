package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "vpn.example.org:51820, vpn.example.org, 51820",
        "VPN.example.org.:1, VPN.example.org., 1",
        "wireguard_server:65535, wireguard_server, 65535",
        "localhost:51820, localhost, 51820",
        "1.example:51820, 1.example, 51820",
        "xn--bcher-kva.example:51820, xn--bcher-kva.example, 51820",
        "192.0.2.1:51820, 192.0.2.1, 51820",
        "[2001:db8::1]:51820, 2001:db8::1, 51820",
        "[::1]:51820, ::1, 51820",
        "[2001:DB8:0:0:0:0:0:1]:51820, 2001:DB8:0:0:0:0:0:1, 51820"
    })
    void parseShouldTakeNamesAndAddressesWithAPort(String text, String host, int port) {
        Endpoint endpoint = Endpoint.parse(text).orThrow();

        assertThat(endpoint).isEqualTo(new Endpoint(host, port));
        assertThat(endpoint).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::1:51820", "::1", "2001:db8::1", "fe80::1%eth0", "a:b:1"})
    void parseShouldAskForBracketsWhenAnIpv6AddressHasNone(String text) {
        assertThat(problem(text)).contains("write an IPv6 address in brackets, as in [2001:db8::1]:51820");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "vpn.example.org", "192.0.2.1", "[2001:db8::1]", "[2001:db8::1", ":51820"})
    void parseShouldAskForHostAndPort(String text) {
        assertThat(problem(text)).contains("write host:port");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vpn:0",
                "vpn:65536",
                "vpn:99999",
                "vpn:100000",
                "vpn:-1",
                "vpn:+1",
                "vpn:051820",
                "vpn:",
                "vpn: 51820",
                "vpn:51820 ",
                "vpn:51820\n",
                "vpn:http",
                "vpn:５１８２０",
                "[::1]:0",
                "[::1]:]:1"
            })
    void parseShouldRefuseWhatIsNoPort(String text) {
        assertThat(problem(text)).contains("is not a number from 1 to 65535");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " vpn:1",
                "vpn example:1",
                "vpn\n:1",
                "vpn\u0000:1",
                "vpn\u001b[31m:1",
                "-vpn:1",
                "vpn-:1",
                ".vpn:1",
                "vpn..org:1",
                "bücher.example:1",
                "udp//vpn:1",
                "user@vpn:1",
                "vpn/path:1",
                "[]:1",
                "[vpn]:1",
                "[192.0.2.1]:1",
                "[::g]:1",
                "[1:2:3]:1",
                "[fe80::1%eth0]:1",
                "[::ffff:192.0.2.1]:1",
                "[2001:db8::1\n]:1",
                "[[::1]]:1",
                "<vpn>:1"
            })
    void parseShouldRefuseWhatIsNoHost(String text) {
        assertThat(Endpoint.parse(text).value()).isEmpty();
        assertThat(problem(text)).matches("[ -~]+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.1:1",
                "10.8.0.256:1",
                "010.8.0.1:1",
                "1:1",
                "0x7f.1:1",
                "0x7f000001:1",
                "1.2.3.4.5:1",
                "192.0.2.1.:1",
                "vpn.1:1"
            })
    void parseShouldRefuseNamesThatResolversTakeForAddresses(String text) {
        assertThat(problem(text)).contains("is not an IPv4 address");
    }

    @Test
    void parseShouldRefuseNamesThatAreTooLong() {
        String label = "a".repeat(63);
        String longest = label + "." + label + "." + label + "." + "a".repeat(61);

        assertThat(Endpoint.parse(longest + ":1").value()).isPresent();
        assertThat(Endpoint.parse(longest + "a:1").value()).isEmpty();
        assertThat(Endpoint.parse(label + "a.example:1").value()).isEmpty();
    }

    @Test
    void constructorShouldRefuseWhatParseRefuses() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Endpoint("vpn example", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Endpoint("[::1]", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Endpoint("vpn", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Endpoint("vpn", 65536));
    }

    private static String problem(String text) {
        return Endpoint.parse(text).fold(endpoint -> "no problem with " + endpoint, problem -> problem);
    }
}
