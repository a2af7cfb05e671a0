@NullMarked
package io.provisioningbridge.core;

import org.jspecify.annotations.NullMarked;
