package io.provisioningbridge.core.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceIdTest {

    private static final String LONGEST = "a".repeat(64);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "7",
                "device-001",
                "Device_001",
                "sn.2026.11.23.1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.x",
                "a--b",
                "a__b",
                "a-",
                "a_",
                "0x7f.0.0.1",
                "DEADBEEF",
                "10"
            })
    void parseShouldTakeNamesOfTheNarrowAlphabet(String text) {
        DeviceId id = DeviceId.parse(text).orThrow();

        assertThat(id.text()).isEqualTo(text);
        assertThat(id).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-a",
                "_a",
                ".a",
                "a.",
                "a..b",
                "1.2.3.4",
                "999.999.999.999",
                "a b",
                "a/b",
                "../a",
                "a\\b",
                "a\n",
                "a\u0000",
                "a:b",
                "a@b",
                "a%41",
                "ä",
                "Ａ",
                "١",
                "a\u200b",
                "😀",
                "a,b",
                "a=b",
                "a+b",
                "\"a\"",
                "*",
                "a;b",
                "${a}"
            })
    void parseShouldRefuseEverythingElse(String text) {
        assertThat(DeviceId.parse(text).value()).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new DeviceId(text));
    }

    @Test
    void parseShouldTake64CharactersAndNoMore() {
        assertThat(DeviceId.parse(LONGEST).value()).isPresent();
        assertThat(DeviceId.parse(LONGEST + "a").value()).isEmpty();
    }

    @Test
    void problemsShouldNeverRepeatTheHostileText() {
        String hostile = "a\n<script>alert(1)</script>";

        assertThat(DeviceId.parse(hostile).<String>fold(DeviceId::text, problem -> problem))
                .doesNotContain("script")
                .doesNotContain("\n");
    }

    @Test
    void idsShouldBeTheSameDeviceInAnySpelling() {
        DeviceId first = new DeviceId("Device-001");

        assertThat(first.key()).isEqualTo("device-001");
        assertThat(first.sameDeviceAs(new DeviceId("DEVICE-001"))).isTrue();
        assertThat(first).isNotEqualTo(new DeviceId("DEVICE-001"));
        assertThat(first.sameDeviceAs(new DeviceId("device-002"))).isFalse();
    }

    @Test
    void keyShouldNotDependOnTheLanguageOfTheHost() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertThat(new DeviceId("DEVICE-I").key()).isEqualTo("device-i");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void keyOfShouldChangeAsciiLettersOnly() {
        assertThat(DeviceId.keyOf("Pump \u212A ÄÖÜ İ [Z]")).isEqualTo("pump \u212A ÄÖÜ İ [z]");
    }
}
