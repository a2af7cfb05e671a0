/** The command line. Commands answer with an exit code and write to the streams they are given. */
@NullMarked
package io.provisioningbridge.app.cli;

import org.jspecify.annotations.NullMarked;
