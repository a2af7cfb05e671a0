/** The enrollment use case: a device posts a certificate request and leaves with a chain and a tunnel configuration. */
@NullMarked
package io.provisioningbridge.core.enrollment;

import org.jspecify.annotations.NullMarked;
