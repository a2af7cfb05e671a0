/** Implementations of the ports that keep everything in memory, as strict as those that do not. */
@NullMarked
package io.provisioningbridge.testkit.memory;

import org.jspecify.annotations.NullMarked;
