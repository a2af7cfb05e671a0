package io.provisioningbridge.core.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetTest {

    @ParameterizedTest
    @CsvSource({
        "10.8.0.0/24, 10.8.0.1, 10.8.0.2, 10.8.0.254, 253",
        "10.8.0.0/30, 10.8.0.1, 10.8.0.2, 10.8.0.2, 1",
        "10.8.0.4/30, 10.8.0.5, 10.8.0.6, 10.8.0.6, 1",
        "10.8.0.0/29, 10.8.0.1, 10.8.0.2, 10.8.0.6, 5",
        "10.8.0.0/16, 10.8.0.1, 10.8.0.2, 10.8.255.254, 65533",
        "172.16.0.0/12, 172.16.0.1, 172.16.0.2, 172.31.255.254, 1048573",
        "10.0.0.0/8, 10.0.0.1, 10.0.0.2, 10.255.255.254, 16777213",
        "224.0.0.0/8, 224.0.0.1, 224.0.0.2, 224.255.255.254, 16777213"
    })
    void subnetShouldKeepNetworkServerAndBroadcastForItself(
            String text, String server, String first, String last, long capacity) {
        Subnet subnet = Subnet.parse(text).orThrow();

        assertThat(subnet).hasToString(text);
        assertThat(subnet.serverAddress()).hasToString(server);
        assertThat(subnet.firstAssignable()).hasToString(first);
        assertThat(subnet.lastAssignable()).hasToString(last);
        assertThat(subnet.capacity()).isEqualTo(capacity);
        assertThat(subnet.lastAssignable().number() - subnet.firstAssignable().number() + 1)
                .isEqualTo(capacity);
    }

    @Test
    void everyAddressOfASmallSubnetShouldBeEitherReservedOrAssignable() {
        Subnet subnet = Subnet.parse("10.8.0.8/29").orThrow();

        assertThat(IntStream.range(0, 24)
                        .mapToObj(i -> address("10.8.0." + i))
                        .filter(subnet::contains)
                        .map(TunnelAddress::toString))
                .containsExactly(
                        "10.8.0.8",
                        "10.8.0.9",
                        "10.8.0.10",
                        "10.8.0.11",
                        "10.8.0.12",
                        "10.8.0.13",
                        "10.8.0.14",
                        "10.8.0.15");
        assertThat(IntStream.range(0, 24)
                        .mapToObj(i -> address("10.8.0." + i))
                        .filter(subnet::assignable)
                        .map(TunnelAddress::toString))
                .containsExactly("10.8.0.10", "10.8.0.11", "10.8.0.12", "10.8.0.13", "10.8.0.14");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.8.0.0",
                "10.8.0.0/",
                "10.8.0.0/7",
                "10.8.0.0/31",
                "10.8.0.0/32",
                "10.8.0.0/0",
                "10.8.0.0/-1",
                "10.8.0.0/240",
                "10.8.0.0/24/24",
                "10.8.0.0/2 4",
                "10.8.0.0/२४",
                "10.8.0.0 /24",
                "10.8.0/24",
                "fd00::/64",
                "10.8.0.0/255.255.255.0"
            })
    void parseShouldRefuseWhatIsNoNetworkOfUsefulSize(String text) {
        assertThat(Subnet.parse(text).value()).isEmpty();
    }

    @Test
    void parseShouldSayWhichNetworkWasMeantWhenHostBitsAreSet() {
        assertThat(Subnet.parse("10.8.0.1/24").<String>fold(Subnet::toString, problem -> problem))
                .isEqualTo("10.8.0.1/24 has host bits set; did you mean 10.8.0.0/24?");
        assertThat(Subnet.parse("10.8.77.3/20").<String>fold(Subnet::toString, problem -> problem))
                .endsWith("did you mean 10.8.64.0/20?");
    }

    @Test
    void constructorShouldRefuseWhatParseRefuses() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Subnet(address("10.8.0.1"), 24));
        assertThatIllegalArgumentException().isThrownBy(() -> new Subnet(address("10.0.0.0"), 7));
        assertThatIllegalArgumentException().isThrownBy(() -> new Subnet(address("10.0.0.0"), 31));
    }

    @ParameterizedTest
    @CsvSource({
        "10.8.0.0/24, 10.8.0.0/24, true",
        "10.8.0.0/24, 10.8.0.0/16, true",
        "10.8.0.0/24, 10.8.0.128/25, true",
        "10.0.0.0/8, 10.255.255.252/30, true",
        "10.8.0.0/24, 10.8.1.0/24, false",
        "10.8.0.0/25, 10.8.0.128/25, false",
        "10.8.0.0/16, 10.9.0.0/16, false"
    })
    void overlapsShouldBeTheSameFromBothSides(String one, String other, boolean overlap) {
        assertThat(Subnet.parse(one).orThrow().overlaps(Subnet.parse(other).orThrow()))
                .isEqualTo(overlap);
        assertThat(Subnet.parse(other).orThrow().overlaps(Subnet.parse(one).orThrow()))
                .isEqualTo(overlap);
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }
}
