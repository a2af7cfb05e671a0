/**
 * Devices on ThingsBoard over its REST API. Wire facts were observed on ThingsBoard CE 4.4.0-SNAPSHOT (July 2026).
 * {@link io.provisioningbridge.adapter.thingsboard.ThingsBoardDevicePlatform} is the port's implementation.
 *
 * <p>Beside each device the bridge writes four server attributes: {@code tunnelAddress} ({@code "10.8.0.2"}),
 * {@code certificateSerial} ({@code "sn:1a2b"}, hexadecimal), {@code certificateNotAfter} and {@code enrolledAt}
 * (milliseconds since 1970, numbers).
 */
@NullMarked
package io.provisioningbridge.adapter.thingsboard;

import org.jspecify.annotations.NullMarked;
