package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Secret;

/**
 * What the bridge proves itself with to a server.
 *
 * @param user as the server knows it
 * @param password goes with it
 */
public record Login(String user, Secret password) {}
