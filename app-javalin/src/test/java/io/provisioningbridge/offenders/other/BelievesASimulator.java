package io.provisioningbridge.offenders.other;

import io.provisioningbridge.offenders.simulators.PretendsToBeAServer;

/** Uses what only the demo may use. */
public final class BelievesASimulator {

    private BelievesASimulator() {}

    public static String ask() {
        return PretendsToBeAServer.answer();
    }
}
