@NullMarked
package io.provisioningbridge.core.drift;

import org.jspecify.annotations.NullMarked;
