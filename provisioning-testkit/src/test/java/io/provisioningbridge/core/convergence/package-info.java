@NullMarked
package io.provisioningbridge.core.convergence;

import org.jspecify.annotations.NullMarked;
