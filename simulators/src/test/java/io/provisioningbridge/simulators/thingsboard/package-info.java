@NullMarked
package io.provisioningbridge.simulators.thingsboard;

import org.jspecify.annotations.NullMarked;
