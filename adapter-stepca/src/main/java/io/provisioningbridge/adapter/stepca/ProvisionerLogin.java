package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.domain.Secret;

/**
 * Which JWK provisioner to use.
 *
 * @param name as step-ca lists it, case-sensitive
 * @param password opens the provisioner's encrypted private key
 */
public record ProvisionerLogin(String name, Secret password) {

    public ProvisionerLogin {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a provisioner has a name");
        }
    }
}
