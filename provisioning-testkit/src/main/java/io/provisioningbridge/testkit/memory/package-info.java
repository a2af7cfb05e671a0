/** An implementation of each port that keeps everything in memory and passes the same contract as the real ones. */
@NullMarked
package io.provisioningbridge.testkit.memory;

import org.jspecify.annotations.NullMarked;
