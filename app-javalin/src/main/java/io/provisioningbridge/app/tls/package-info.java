/** The certificate of the bridge's own listener: had, kept, renewed and exchanged under way. */
@NullMarked
package io.provisioningbridge.app.tls;

import org.jspecify.annotations.NullMarked;
