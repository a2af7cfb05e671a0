@NullMarked
package io.provisioningbridge.adapter.wireguard;

import org.jspecify.annotations.NullMarked;
