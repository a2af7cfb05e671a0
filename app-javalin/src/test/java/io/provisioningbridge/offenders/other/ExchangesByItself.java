package io.provisioningbridge.offenders.other;

import io.provisioningbridge.offenders.http.ExchangeThatKnowsAPort;

/** Breaks: only adapters exchange. */
final class ExchangesByItself {

    static final Class<?> EXCHANGE = ExchangeThatKnowsAPort.class;
}
