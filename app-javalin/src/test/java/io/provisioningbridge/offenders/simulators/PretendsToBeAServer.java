package io.provisioningbridge.offenders.simulators;

/** Somebody takes it for a server. */
public final class PretendsToBeAServer {

    private PretendsToBeAServer() {}

    public static String answer() {
        return "done";
    }
}
