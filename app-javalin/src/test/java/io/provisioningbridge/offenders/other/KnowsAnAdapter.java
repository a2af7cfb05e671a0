package io.provisioningbridge.offenders.other;

import io.provisioningbridge.offenders.adapter.two.AdapterTwo;

/** Breaks: only the composition names adapters. */
final class KnowsAnAdapter {

    final AdapterTwo adapter = new AdapterTwo();
}
