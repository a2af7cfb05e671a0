/**
 * What adapters that call an HTTP API share. {@link io.provisioningbridge.http.Exchange} asks and gives the whole answer as a
 * {@link io.provisioningbridge.http.Reply}, or says why there is none. What an answer means is the adapter's.
 */
@NullMarked
package io.provisioningbridge.http;

import org.jspecify.annotations.NullMarked;
