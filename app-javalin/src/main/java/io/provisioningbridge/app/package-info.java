/** The application: what each deployment is made of, and how it starts and ends. */
@NullMarked
package io.provisioningbridge.app;

import org.jspecify.annotations.NullMarked;
