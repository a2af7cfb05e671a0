/** What follows when a device has connected. */
@NullMarked
package io.provisioningbridge.core.postconnect;

import org.jspecify.annotations.NullMarked;
