@NullMarked
package io.provisioningbridge.app.receipt;

import org.jspecify.annotations.NullMarked;
