/** Everything that takes BouncyCastle: reading certificate requests, the embedded authority, the bridge's own TLS key. */
@NullMarked
package io.provisioningbridge.adapter.bouncycastle;

import org.jspecify.annotations.NullMarked;
