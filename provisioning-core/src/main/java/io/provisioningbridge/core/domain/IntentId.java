package io.provisioningbridge.core.domain;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Names an issuance intent: 32 lower hex digits. */
public record IntentId(String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");

    public IntentId {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("an intent id is 32 lower hex digits");
        }
    }

    /** A new one from 128 random bits. */
    public static IntentId random(RandomGenerator random) {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return new IntentId(HexFormat.of().formatHex(bits));
    }
}
