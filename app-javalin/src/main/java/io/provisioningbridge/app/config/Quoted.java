package io.provisioningbridge.app.config;

import java.util.regex.Pattern;

/** An operator's value as it may be repeated to him: on one line, not endless, without a password in a URL or a key. */
final class Quoted {

    private static final int LONGEST = 80;
    private static final String PEM = "-----BEGIN";
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
    // Up to the last '@', because a password with one in it is a common mistake.
    private static final Pattern CREDENTIALS = Pattern.compile("//.*@", Pattern.DOTALL);

    private Quoted() {}

    /** In single quotes. */
    static String of(String value) {
        return "'" + bare(value) + "'";
    }

    static String bare(String value) {
        if (value.contains(PEM)) {
            return "(PEM text)";
        }
        String shown = CONTROL.matcher(CREDENTIALS.matcher(value).replaceFirst("//***@"))
                .replaceAll(
                        match -> String.format("\\\\u%04x", (int) match.group().charAt(0)));
        return shown.length() <= LONGEST ? shown : shown.substring(0, LONGEST) + "...";
    }
}
