@NullMarked
package io.provisioningbridge.core.postconnect;

import org.jspecify.annotations.NullMarked;
