package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {

    @Test
    void quoteShouldShowForeignTextOnOneHarmlessLine() {
        assertThat(Printable.quote("device-001")).isEqualTo("\"device-001\"");
        assertThat(Printable.quote("a\r\nERROR b\u001b[2J")).isEqualTo("\"a\\u000d\\u000aERROR b\\u001b[2J\"");
        assertThat(Printable.quote("a\"b\\c")).isEqualTo("\"a\\\"b\\\\c\"");
        assertThat(Printable.quote("ü\u202e\ud83d")).isEqualTo("\"\\u00fc\\u202e\\ud83d\"");
        assertThat(Printable.quote("")).isEqualTo("\"\"");
    }

    @Test
    void quoteShouldCutWhatIsEndless() {
        assertThat(Printable.quote("a".repeat(80))).isEqualTo("\"" + "a".repeat(80) + "\"");
        assertThat(Printable.quote("a".repeat(1_000_000))).isEqualTo("\"" + "a".repeat(80) + "…\"");
    }
}
