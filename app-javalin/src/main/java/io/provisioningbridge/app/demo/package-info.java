/** A bridge to look at: everything embedded, in a directory that is deleted afterwards. */
@NullMarked
package io.provisioningbridge.app.demo;

import org.jspecify.annotations.NullMarked;
