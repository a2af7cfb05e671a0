/** Load generators. They measure against real servers, in one run on one machine, so that ratios can be compared. */
@NullMarked
package io.provisioningbridge.benchmarks;

import org.jspecify.annotations.NullMarked;
