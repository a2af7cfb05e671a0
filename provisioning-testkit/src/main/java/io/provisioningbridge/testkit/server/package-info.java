/**
 * Real servers, started as processes of the test on free loopback ports with data of their own in a temporary directory.
 * A test that needs one is marked with {@link io.provisioningbridge.testkit.server.RequiresServer}.
 */
@NullMarked
package io.provisioningbridge.testkit.server;

import org.jspecify.annotations.NullMarked;
