package io.provisioningbridge.adapter.thingsboard;

import io.provisioningbridge.adapter.thingsboard.Devices.Credentials;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** An access token that nobody has, and that says why it is there. */
final class Quarantine {

    static final String TYPE = "ACCESS_TOKEN";

    private static final String PREFIX = "quarantine-";

    /** With the prefix 31 characters: ThingsBoard's console edits at most 32. */
    private static final int RANDOM_BYTES = 10;

    private final RandomGenerator random = new SecureRandom();

    static boolean holds(Credentials credentials) {
        return credentials.type().equals(TYPE) && credentials.id().startsWith(PREFIX);
    }

    String newToken() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return PREFIX + HexFormat.of().formatHex(bytes);
    }
}
