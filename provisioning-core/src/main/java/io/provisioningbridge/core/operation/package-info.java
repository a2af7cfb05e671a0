/** What operators do: look at devices, allow what a device cannot prove. */
@NullMarked
package io.provisioningbridge.core.operation;

import org.jspecify.annotations.NullMarked;
