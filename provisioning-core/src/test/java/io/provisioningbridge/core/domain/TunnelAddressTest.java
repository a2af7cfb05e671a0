package io.provisioningbridge.core.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelAddressTest {

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "10.8.0.2", "192.168.255.1", "128.0.0.0", "255.255.255.255"})
    void parseShouldKeepDottedDecimal(String text) {
        assertThat(TunnelAddress.parse(text).orThrow()).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "10.8.0", "10.8.0.2.", ".10.8.0.2", "10.8.0.256", "10.8.0.02", "010.8.0.2", "10.8.0.-1",
                        "10.8.0.+1", "10.8..2",
                "10.8.0.2/32", " 10.8.0.2", "10.8.0.2\n", "10.8.0.1000", "0x0a.8.0.2", "１０.8.0.2", "10.8.0.2%eth0",
                        "::1", "1", "ten"
            })
    void parseShouldRefuseEverythingElse(String text) {
        assertThat(TunnelAddress.parse(text).value()).isEmpty();
    }

    @Test
    void parseShouldAgreeWithTheJdkOnEveryNumber() throws UnknownHostException {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            byte[] octets = new byte[4];
            random.nextBytes(octets);
            String text = InetAddress.getByAddress(octets).getHostAddress();
            TunnelAddress address = TunnelAddress.parse(text).orThrow();

            assertThat(address).hasToString(text);
            assertThat(TunnelAddress.parse(address.toString()).orThrow()).isEqualTo(address);
        }
    }

    @Test
    void orderShouldBeNumericAndNotThatOfText() {
        List<String> ascending =
                List.of("9.255.255.255", "10.8.0.2", "10.8.0.10", "10.8.1.0", "128.0.0.1", "255.0.0.0");

        assertThat(ascending.stream().map(text -> TunnelAddress.parse(text).orThrow()))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void numberShouldHave32Bits() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TunnelAddress(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new TunnelAddress(1L << 32));
        assertThat(new TunnelAddress((1L << 32) - 1)).hasToString("255.255.255.255");
    }
}
