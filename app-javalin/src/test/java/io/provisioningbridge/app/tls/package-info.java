@NullMarked
package io.provisioningbridge.app.tls;

import org.jspecify.annotations.NullMarked;
