/**
 * Targets in a hawkBit, over its Management API. Wire facts were observed on hawkBit 0.3.0M7 and 1.1.0, the same on both
 * where nothing else is said. {@link io.provisioningbridge.adapter.hawkbit.HawkbitUpdateServer} is the port's implementation.
 */
@NullMarked
package io.provisioningbridge.adapter.hawkbit;

import org.jspecify.annotations.NullMarked;
