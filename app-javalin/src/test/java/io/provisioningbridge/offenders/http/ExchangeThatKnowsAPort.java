package io.provisioningbridge.offenders.http;

import io.provisioningbridge.offenders.core.port.SomePort;

/** Breaks: the exchange knows nobody. */
public final class ExchangeThatKnowsAPort {

    private ExchangeThatKnowsAPort() {}

    public static String describe(SomePort port) {
        return port.toString();
    }
}
