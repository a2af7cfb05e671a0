/** Small programs that use the bridge as a library. */
@NullMarked
package io.provisioningbridge.examples;

import org.jspecify.annotations.NullMarked;
