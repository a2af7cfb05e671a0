@NullMarked
package io.provisioningbridge.app.http;

import org.jspecify.annotations.NullMarked;
