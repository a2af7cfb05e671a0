@NullMarked
package io.provisioningbridge.core.decommission;

import org.jspecify.annotations.NullMarked;
