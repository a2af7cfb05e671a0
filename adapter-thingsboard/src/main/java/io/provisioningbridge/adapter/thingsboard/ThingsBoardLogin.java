package io.provisioningbridge.adapter.thingsboard;

import io.provisioningbridge.core.domain.Secret;

/** What the bridge proves itself with; both need a tenant administrator. */
public sealed interface ThingsBoardLogin {

    /** A key of a user of the bridge's own; ThingsBoard has them from 4.3 on. */
    record ApiKey(Secret key) implements ThingsBoardLogin {}

    /** User name and password. */
    record Password(String user, Secret password) implements ThingsBoardLogin {}
}
