package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.provisioningbridge.core.domain.AddressPools;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedIpsTest {

    @Test
    void devicesShouldReachThePoolsWhereNothingElseIsSaid() {
        AddressPools pools = AddressPools.parse("10.8.0.0/24,10.9.0.0/16").orThrow();

        assertThat(AllowedIps.of(pools)).hasToString("10.8.0.0/24, 10.9.0.0/16");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.8.0.0/24|10.8.0.0/24",
                " 10.8.0.0/24 ,192.168.0.0/16|10.8.0.0/24, 192.168.0.0/16",
                "0.0.0.0/0,::/0|0.0.0.0/0, ::/0",
                "10.8.0.1|10.8.0.1/32",
                "10.8.0.1/32|10.8.0.1/32",
                "fd00:8::1|fd00:8::1/128",
                "fd00:8::/64|fd00:8::/64",
                "2001:DB8::/33|2001:DB8::/33",
                "128.0.0.0/1|128.0.0.0/1"
            })
    void parseShouldTakeNetworksOfBothFamilies(String text, String canonical) {
        assertThat(AllowedIps.parse(text).orThrow()).hasToString(canonical);
        assertThat(AllowedIps.parse(canonical).orThrow())
                .isEqualTo(AllowedIps.parse(text).orThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.8.0.41/24", "10.8.0.0/8", "0.0.0.1/0", "fd00:8::1/64", "fd00:8::/16", "10.8.0.1/31"})
    void parseShouldRefuseHostBitsBecauseWgClearsThemWithoutAWord(String text) {
        assertThat(problem(text)).contains("has host bits set").contains("for that address alone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "10.8.0.0/24,",
                "10.8.0.0/",
                "10.8.0.0/33",
                "10.8.0.0/-1",
                "10.8.0.0/+8",
                "10.8.0.0/999",
                "10.8.0.0/1000",
                "10.8.0.0/24/24",
                "fd00::/129",
                "fd00:8/64",
                "fd00::g/64",
                "::ffff:10.8.0.0/120",
                "fe80::%eth0/64",
                "vpn.example.org",
                "10.8.0/24",
                "10.8.0.0/24\nDNS = 10.8.0.1",
                "10.8.0.0 /24",
                "/24",
                "/",
                "all"
            })
    void parseShouldRefuseWhatIsNoNetwork(String text) {
        assertThat(AllowedIps.parse(text).value()).isEmpty();
        assertThat(problem(text)).contains("is not a network such as").matches("[ -~]+");
    }

    @Test
    void parseShouldNameEveryNetworkThatIsWrong() {
        assertThat(problem("10.8.0.0/24, x, 10.9.0.1/16"))
                .contains("\"x\"")
                .contains("\"10.9.0.1/16\"")
                .doesNotContain("\"10.8.0.0/24\"");
    }

    @Test
    void constructorsShouldRefuseWhatParseRefuses() {
        assertThatIllegalArgumentException().isThrownBy(() -> new AllowedIps(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Cidr("10.8.0.1", 24));
        assertThatIllegalArgumentException().isThrownBy(() -> new Cidr("10.8.0.0", 33));
        assertThatIllegalArgumentException().isThrownBy(() -> new Cidr("10.8.0.0", -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Cidr("nonsense", 8));
    }

    private static String problem(String text) {
        return AllowedIps.parse(text).fold(networks -> "no problem with " + networks, problem -> problem);
    }
}
