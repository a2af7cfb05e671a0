package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MtuTest {

    @ParameterizedTest
    @ValueSource(strings = {"1280", "1420", "1500"})
    void parseShouldTakeWhatCarriesIpv6AndFitsEthernet(String text) {
        assertThat(Mtu.parse(text).orThrow().bytes()).isEqualTo(Integer.parseInt(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "576",
                "1279",
                "1501",
                "9000",
                "01420",
                "1420 ",
                "+1420",
                "auto",
                "1420.0",
                "１４２０",
                "99999999999"
            })
    void parseShouldRefuseEverythingElse(String text) {
        assertThat(Mtu.parse(text).value()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 1279, 1501})
    void constructorShouldRefuseWhatParseRefuses(int bytes) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Mtu(bytes));
    }
}
