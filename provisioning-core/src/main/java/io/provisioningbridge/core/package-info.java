/**
 * The provisioning bridge as a library: {@link io.provisioningbridge.core.ProvisioningBridge} composes the use cases over
 * the ports. Knows the JDK only.
 */
@NullMarked
package io.provisioningbridge.core;

import org.jspecify.annotations.NullMarked;
