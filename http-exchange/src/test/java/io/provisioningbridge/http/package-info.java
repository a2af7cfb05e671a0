@NullMarked
package io.provisioningbridge.http;

import org.jspecify.annotations.NullMarked;
