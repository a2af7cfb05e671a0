/** Receipts as signed documents: written by the bridge, read by whoever has its public key. */
@NullMarked
package io.provisioningbridge.app.receipt;

import org.jspecify.annotations.NullMarked;
