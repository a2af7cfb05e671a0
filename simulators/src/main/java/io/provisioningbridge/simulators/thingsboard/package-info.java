/**
 * ThingsBoard as the bridge and its devices see it: REST API, MQTT over TLS, webhook. Its rules were observed on ThingsBoard
 * CE 4.4.0-SNAPSHOT (July 2026), the odd ones included.
 */
@NullMarked
package io.provisioningbridge.simulators.thingsboard;

import org.jspecify.annotations.NullMarked;
