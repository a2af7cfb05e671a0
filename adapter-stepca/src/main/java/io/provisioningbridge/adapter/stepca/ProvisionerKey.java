package io.provisioningbridge.adapter.stepca;

import java.security.PrivateKey;

/**
 * What signs one-time tokens. Not printable: it holds a private key.
 *
 * @param issuer the provisioner's name
 * @param id the key's id ({@code kid}), exactly as step-ca lists it
 * @param privateKey EC P-256
 */
record ProvisionerKey(String issuer, String id, PrivateKey privateKey) {

    @Override
    public String toString() {
        return issuer + "/" + id;
    }
}
