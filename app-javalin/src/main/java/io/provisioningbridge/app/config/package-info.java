/**
 * What the operator says: environment variables, a properties file and files that hold single values become one
 * {@link io.provisioningbridge.app.config.BridgeConfig}, or one list of everything that is wrong with them. Nothing else in
 * the application reads the environment.
 */
@NullMarked
package io.provisioningbridge.app.config;

import org.jspecify.annotations.NullMarked;
