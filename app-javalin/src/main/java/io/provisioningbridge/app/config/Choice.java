package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.util.List;
import java.util.function.Function;

/** Parses a variable that has a few possible values. */
final class Choice {

    private Choice() {}

    /** Exactly one of these words. */
    static Function<String, Parsed<String>> of(String... words) {
        List<String> allowed = List.of(words);
        return text -> allowed.contains(text)
                ? Parsed.valid(text)
                : Parsed.invalid(Quoted.of(text) + " is not one of: " + String.join(", ", allowed));
    }

    /** Like {@link #of}, where {@code later} are words that a later version is going to know. */
    static Parsed<String> parse(String text, List<String> allowed, List<String> later) {
        return later.contains(text)
                ? Parsed.invalid(
                        Quoted.of(text) + " is not available in this version; use " + String.join(" or ", allowed))
                : of(allowed.toArray(String[]::new)).apply(text);
    }
}
