package io.provisioningbridge.offenders.adapter.two;

/** An adapter that breaks nothing itself. */
public final class AdapterTwo {}
