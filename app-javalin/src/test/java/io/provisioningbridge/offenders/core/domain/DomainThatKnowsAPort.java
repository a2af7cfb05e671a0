package io.provisioningbridge.offenders.core.domain;

import io.provisioningbridge.offenders.core.port.SomePort;

/** Breaks: the domain knows only itself. */
record DomainThatKnowsAPort(SomePort port) {}
