package io.provisioningbridge.offenders.adapter.one;

import io.provisioningbridge.offenders.adapter.two.AdapterTwo;

/** Breaks: adapters do not know each other. */
public final class AdapterOne {

    final AdapterTwo other = new AdapterTwo();
}
