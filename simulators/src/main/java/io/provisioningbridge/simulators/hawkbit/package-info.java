/** A hawkBit 1.1.0 by the rules that were observed on a real one: of its two interfaces, what the bridge and its devices use. */
@NullMarked
package io.provisioningbridge.simulators.hawkbit;

import org.jspecify.annotations.NullMarked;
