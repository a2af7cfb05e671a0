/** The application as its users meet it: a process, HTTPS, real servers behind it. */
@NullMarked
package io.provisioningbridge.app.endtoend;

import org.jspecify.annotations.NullMarked;
