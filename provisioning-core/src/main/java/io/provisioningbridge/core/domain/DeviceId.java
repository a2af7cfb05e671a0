package io.provisioningbridge.core.domain;

import java.util.regex.Pattern;

/**
 * The name of a device: certificate CN and SAN, hawkBit controller id, ThingsBoard device name and file key at once, hence
 * the narrow alphabet. 1 to 64 (X.520 {@code ub-common-name}) of ASCII letters, digits, {@code . _ -}; begins with a letter
 * or digit, does not end with a dot, has no two dots in a row and is not four dot-separated numbers: step-ca guesses a SAN's
 * type from its text and would make an IP address of those (observed: step-ca v0.30.2).
 *
 * <p>Case is kept as first enrolled; {@link #key()} is what makes an id unique.
 */
public record DeviceId(String text) {

    /** X.520 {@code ub-common-name}; step-ca itself signs longer ones. */
    public static final int MAX_LENGTH = 64;

    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern FOUR_NUMBERS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");

    public DeviceId {
        String problem = problemOf(text);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(problem);
        }
    }

    public static Parsed<DeviceId> parse(String text) {
        String problem = problemOf(text);
        return problem.isEmpty() ? Parsed.valid(new DeviceId(text)) : Parsed.invalid(problem);
    }

    /** The id in ASCII lower case: two ids with the same key are two spellings of one device. */
    public String key() {
        return keyOf(text);
    }

    /**
     * Any text as {@link #key()} would have it, for ids from elsewhere that no device could have here: only ASCII letters
     * are changed, since the Kelvin sign is no spelling of {@code k}.
     */
    public static String keyOf(String text) {
        StringBuilder key = new StringBuilder(text);
        for (int i = 0; i < key.length(); i++) {
            char letter = key.charAt(i);
            if (letter >= 'A' && letter <= 'Z') {
                key.setCharAt(i, (char) (letter - 'A' + 'a'));
            }
        }
        return key.toString();
    }

    /** Whether both are the same device, perhaps spelled differently. */
    public boolean sameDeviceAs(DeviceId other) {
        return key().equals(other.key());
    }

    private static String problemOf(String text) {
        if (text.isEmpty()) {
            return "The device id is empty; use 1 to 64 letters, digits, '.', '_' or '-'.";
        }
        if (text.length() > MAX_LENGTH) {
            return "The device id is longer than 64 characters.";
        }
        if (!ALLOWED.matcher(text).matches()) {
            return "The device id may hold only ASCII letters, digits, '.', '_' and '-', and begins with a letter or digit.";
        }
        if (text.endsWith(".") || text.contains("..")) {
            return "The device id must not end with a dot or hold two dots in a row.";
        }
        if (FOUR_NUMBERS.matcher(text).matches()) {
            return "The device id must not look like an IP address.";
        }
        return "";
    }

    @Override
    public String toString() {
        return text;
    }
}
