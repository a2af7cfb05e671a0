/** Brings outside systems to where the store says they should be. */
@NullMarked
package io.provisioningbridge.core.convergence;

import org.jspecify.annotations.NullMarked;
