package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.util.Locale;
import java.util.regex.Pattern;

/** SHA-256 of a certificate's DER, 64 lower hex digits: how an operator names the trust anchor. */
public record Fingerprint(String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern WITH_COLONS = Pattern.compile("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*");

    public Fingerprint {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("a fingerprint is 64 lower hex digits");
        }
    }

    /** 64 hex digits in any case, or the same with a colon after every second one, as openssl prints them. */
    public static Parsed<Fingerprint> parse(String text) {
        String digits = WITH_COLONS.matcher(text).matches() ? text.replace(":", "") : text;
        String hex = digits.toLowerCase(Locale.ROOT);
        if (HEX.matcher(hex).matches()) {
            return Parsed.valid(new Fingerprint(hex));
        }
        String what = hex.matches("[0-9a-f]*") ? hex.length() + " hex digits" : "not a hexadecimal number";
        return Parsed.invalid(
                "a SHA-256 fingerprint is 64 hex digits, as `step certificate fingerprint root_ca.crt` prints"
                        + " them; this is " + what);
    }

    @Override
    public String toString() {
        return hex;
    }
}
