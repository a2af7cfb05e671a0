/** What every implementation of a port must hold to: one interface of tests per port. */
@NullMarked
package io.provisioningbridge.testkit.contract;

import org.jspecify.annotations.NullMarked;
