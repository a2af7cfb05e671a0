/** The end of a device's life, and the proof of it. */
@NullMarked
package io.provisioningbridge.core.decommission;

import org.jspecify.annotations.NullMarked;
