/**
 * One contract per port. A test class implements the interface, hands over the implementation under test, and inherits
 * every test; what an adapter of one's own has to do is what stands here.
 */
@NullMarked
package io.provisioningbridge.testkit.contract;

import org.jspecify.annotations.NullMarked;
