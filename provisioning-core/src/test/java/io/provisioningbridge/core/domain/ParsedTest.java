package io.provisioningbridge.core.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ParsedTest {

    private static final Parsed<String> VALID = Parsed.valid("value");
    private static final Parsed<String> INVALID = Parsed.invalid("not like that");

    @Test
    void foldShouldAnswerTheCaseThatHolds() {
        assertThat(VALID.<String>fold(value -> "valid: " + value, problem -> "invalid: " + problem))
                .isEqualTo("valid: value");
        assertThat(INVALID.<String>fold(value -> "valid: " + value, problem -> "invalid: " + problem))
                .isEqualTo("invalid: not like that");
    }

    @Test
    void valueShouldBeEmptyWhenTheTextWasWrong() {
        assertThat(VALID.value()).contains("value");
        assertThat(INVALID.value()).isEmpty();
    }

    @Test
    void orThrowShouldSayTheProblem() {
        assertThat(VALID.orThrow()).isEqualTo("value");
        assertThatIllegalArgumentException().isThrownBy(INVALID::orThrow).withMessage("not like that");
    }
}
