@NullMarked
package io.provisioningbridge.testkit.server;

import org.jspecify.annotations.NullMarked;
