/** WireGuard: the configuration a device saves, and the file that tells others which device has which address. */
@NullMarked
package io.provisioningbridge.adapter.wireguard;

import org.jspecify.annotations.NullMarked;
