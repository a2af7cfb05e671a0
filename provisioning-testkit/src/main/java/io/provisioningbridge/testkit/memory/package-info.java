<<<<<<< HEAD
/** Implementations of the ports that keep everything in memory, as strict as those that do not. */
=======
/** The ports without anything behind them: as strict as their contracts, and made to fail by a fault plan. */
>>>>>>> bouncycastle
@NullMarked
package io.provisioningbridge.testkit.memory;

import org.jspecify.annotations.NullMarked;
