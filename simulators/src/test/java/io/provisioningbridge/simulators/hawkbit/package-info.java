@NullMarked
package io.provisioningbridge.simulators.hawkbit;

import org.jspecify.annotations.NullMarked;
