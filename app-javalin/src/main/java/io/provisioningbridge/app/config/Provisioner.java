package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Secret;

/**
 * A JWK provisioner of step-ca.
 *
 * @param name as step-ca lists it
 * @param password opens its encrypted key
 */
public record Provisioner(String name, Secret password) {}
