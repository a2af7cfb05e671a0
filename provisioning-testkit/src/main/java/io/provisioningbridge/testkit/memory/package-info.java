/** The ports without anything behind them: as strict as their contracts, and made to fail by a fault plan. */
@NullMarked
package io.provisioningbridge.testkit.memory;

import org.jspecify.annotations.NullMarked;
