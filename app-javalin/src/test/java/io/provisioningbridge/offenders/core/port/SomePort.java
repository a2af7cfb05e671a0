package io.provisioningbridge.offenders.core.port;

/** A port that breaks nothing itself. */
public interface SomePort {}
