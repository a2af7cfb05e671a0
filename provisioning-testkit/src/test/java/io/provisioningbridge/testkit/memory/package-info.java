/** The in-memory implementations against the contracts. */
@NullMarked
package io.provisioningbridge.testkit.memory;

import org.jspecify.annotations.NullMarked;
