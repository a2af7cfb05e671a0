package io.provisioningbridge.core.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class AddressPoolsTest {

    @Test
    void parseShouldKeepTheOrderInWhichPoolsAreFilled() {
        AddressPools pools =
                AddressPools.parse("10.9.0.0/16, 10.8.0.0/24,172.16.0.0/30").orThrow();

        assertThat(pools).hasToString("10.9.0.0/16,10.8.0.0/24,172.16.0.0/30");
        assertThat(pools.capacity()).isEqualTo(65_533 + 253 + 1);
        assertThat(AddressPools.parse(pools.toString()).orThrow()).isEqualTo(pools);
    }

    @Test
    void parseShouldNameEveryNetworkThatIsWrong() {
        assertThat(problem("10.8.0.1/24,10.9.0.0/24,nonsense"))
                .contains("did you mean 10.8.0.0/24?")
                .contains("'nonsense' is not a network")
                .doesNotContain("10.9.0.0/24");
    }

    @Test
    void parseShouldRefuseNothingAtAll() {
        assertThat(AddressPools.parse("").value()).isEmpty();
        assertThat(AddressPools.parse("10.8.0.0/24,").value()).isEmpty();
        assertThat(AddressPools.parse(",").value()).isEmpty();
    }

    @Test
    void poolsThatOverlapShouldBeRefused() {
        assertThat(problem("10.8.0.0/24,10.9.0.0/16,10.9.4.0/22")).isEqualTo("10.9.0.0/16 and 10.9.4.0/22 overlap");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressPools.of(subnet("10.8.0.0/16"), subnet("10.8.0.0/24")))
                .withMessageContaining("overlap");
        assertThatIllegalArgumentException().isThrownBy(() -> new AddressPools(List.of()));
    }

    @Test
    void addressesShouldBeAssignableInAnyOfThePools() {
        AddressPools pools = AddressPools.of(subnet("10.8.0.0/24"), subnet("10.9.0.0/30"));

        assertThat(pools.assignable(address("10.8.0.2"))).isTrue();
        assertThat(pools.assignable(address("10.9.0.2"))).isTrue();
        assertThat(pools.assignable(address("10.9.0.3"))).as("broadcast").isFalse();
        assertThat(pools.assignable(address("10.8.0.0"))).as("network").isFalse();
        assertThat(pools.assignable(address("10.8.1.2"))).as("elsewhere").isFalse();
    }

    @Test
    void eachPoolShouldHaveAServerAddress() {
        AddressPools pools = AddressPools.of(subnet("10.8.0.0/24"), subnet("10.9.0.0/30"));

        assertThat(pools.isServerAddress(address("10.8.0.1"))).isTrue();
        assertThat(pools.isServerAddress(address("10.9.0.1"))).isTrue();
        assertThat(pools.isServerAddress(address("10.8.0.2"))).isFalse();
        assertThat(pools.isServerAddress(address("10.10.0.1"))).isFalse();
    }

    private static String problem(String text) {
        return AddressPools.parse(text).fold(AddressPools::toString, problem -> problem);
    }

    private static Subnet subnet(String text) {
        return Subnet.parse(text).orThrow();
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }
}
