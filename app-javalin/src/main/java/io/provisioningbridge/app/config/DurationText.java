package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses durations: {@code 30d}, {@code 720h}, {@code 1h30m}, {@code 90s}, or ISO 8601 such as {@code PT24H}. */
final class DurationText {

    private static final Pattern UNITS =
            Pattern.compile("(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private DurationText() {}

    /** More than nothing and at most a hundred years. */
    static Parsed<Duration> parse(String text) {
        Duration duration = read(text);
        if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST) > 0) {
            return Parsed.invalid(Quoted.of(text) + " is not a duration such as 24h or 30d");
        }
        return Parsed.valid(duration);
    }

    private static Duration read(String text) {
        Matcher units = UNITS.matcher(text);
        if (units.matches()) {
            return Duration.ofDays(number(units, 1))
                    .plusHours(number(units, 2))
                    .plusMinutes(number(units, 3))
                    .plusSeconds(number(units, 4));
        }
        try {
            return Duration.parse(text.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException notIso) {
            return Duration.ZERO;
        }
    }

    private static long number(Matcher units, int group) {
        String digits = units.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
