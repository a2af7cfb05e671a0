/**
 * What the core needs from the outside, in the domain's words. Every port has one contract in the test kit, run by every
 * implementation. All ports are safe for concurrent use and fail with one of the two
 * {@link io.provisioningbridge.core.port.BackendException backend exceptions} only.
 */
@NullMarked
package io.provisioningbridge.core.port;

import org.jspecify.annotations.NullMarked;
