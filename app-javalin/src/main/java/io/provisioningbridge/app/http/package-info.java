/**
 * The HTTP edge: decodes requests, calls a use case, encodes its answer. Statuses, problem documents and JSON exist here
 * only. {@link io.provisioningbridge.app.http.HttpServer} is the way in.
 */
@NullMarked
package io.provisioningbridge.app.http;

import org.jspecify.annotations.NullMarked;
