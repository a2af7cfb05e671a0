/**
 * What every implementation of a port must do, one JUnit interface per port. A test class implements the interface,
 * supplies the implementation and inherits the tests; none is overridden or switched off.
 */
@NullMarked
package io.provisioningbridge.testkit.contract;

import org.jspecify.annotations.NullMarked;
