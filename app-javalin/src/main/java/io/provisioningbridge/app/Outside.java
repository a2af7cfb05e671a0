package io.provisioningbridge.app;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A system that a deployment may do without, and this one does not.
 *
 * @param <T> its port
 * @param port what the bridge talks to it through
 * @param problem why not everything is as it should be there, for readiness; answers at once
 */
record Outside<T>(T port, Supplier<Optional<String>> problem) {}
