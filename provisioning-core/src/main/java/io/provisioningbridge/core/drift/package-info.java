/** Tells where outside systems are not as the store says, and has that repaired by the lanes. */
@NullMarked
package io.provisioningbridge.core.drift;

import org.jspecify.annotations.NullMarked;
