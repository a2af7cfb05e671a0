package io.provisioningbridge.core.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemBlockTest {

    /** What a block is, in other words; too slow for what every enrollment does several times. */
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private static final String[] PIECES = {
        "-----BEGIN ",
        "-----END ",
        "-----",
        "-",
        "A",
        "A B",
        "X9",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\u000b",
        "\f",
        "\u00a0",
        "\u2028",
        "MIHO",
        "+/=",
        "a",
        "z",
        "Z",
        "0",
        "9",
        "_",
        ":",
        "@",
        "[",
        "`",
        "{",
        "é",
        "-----BEGIN A-----",
        "-----END A-----",
        ""
    };

    @Test
    void nextShouldFindBlocksWhereverTheyAre() {
        String text = "before\n-----BEGIN A B-----\nMIHO\n-----END A B----------BEGIN 9-----x=-----END 9-----after";

        PemBlock first = PemBlock.next(text, 0).orElseThrow();
        PemBlock second = PemBlock.next(text, first.end()).orElseThrow();

        assertThat(first.label()).isEqualTo("A B");
        assertThat(first.base64()).isEqualTo("\nMIHO\n");
        assertThat(second.label()).isEqualTo("9");
        assertThat(second.base64()).isEqualTo("x=");
        assertThat(text.substring(second.end())).isEqualTo("after");
        assertThat(PemBlock.next(text, second.end())).isEmpty();
    }

    @Test
    void nextShouldFindTheBlockAfterOneThatIsNone() {
        String text = "-----BEGIN A-----BEGIN B-----MIHO-----END A----------BEGIN C-----MIHO-----END C-----";

        assertThat(PemBlock.next(text, 0).orElseThrow().label()).isEqualTo("C");
        assertThat(PemBlock.next("--" + text, 0).orElseThrow().end()).isEqualTo(text.length() + 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-----BEGIN -----MIHO-----END -----",
                "-----BEGIN a-----MIHO-----END a-----",
                "-----BEGIN A----MIHO-----END A-----",
                "-----BEGIN A-----MI-HO-----END A-----",
                "-----BEGIN A-----MI_O-----END A-----",
                "-----BEGIN A-----MIHO-----END B-----",
                "-----BEGIN A-----MIHO-----END A B-----",
                "-----BEGIN A-----MIHO-----END A----",
                "-----BEGIN A-----MIHO",
                "-----BEGIN A-----",
                "-----BEGIN A",
                "-----BEGIN "
            })
    void nextShouldFindNothingElse(String text) {
        assertThat(PemBlock.next(text, 0)).isEmpty();
    }

    @Test
    void nextShouldFindWhatTheExpressionFinds() {
        Random random = new Random(6);
        int found = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int pieces = random.nextInt(12); pieces >= 0; pieces--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            if (random.nextBoolean()) {
                text.insert(random.nextInt(text.length() + 1), "-----BEGIN A B-----\nMIHO=\n-----END A B-----");
            }
            Matcher expected = BLOCK.matcher(text);
            Optional<PemBlock> block = PemBlock.next(text.toString(), 0);
            while (expected.find()) {
                found++;
                assertThat(block).contains(new PemBlock(expected.group(1), expected.group(2), expected.end()));
                block = PemBlock.next(text.toString(), expected.end());
            }
            assertThat(block).describedAs(text.toString()).isEmpty();
        }
        assertThat(found).isGreaterThan(5_000);
    }
}
