package io.provisioningbridge.app.config;

import java.net.URI;

/** Who signs. */
public sealed interface AuthorityConfig {

    /**
     * A step-ca.
     *
     * @param url https, without trailing slash
     * @param anchor the certificate all trust in it begins with
     * @param provisioner the one for device certificates
     */
    record StepCa(URI url, Fingerprint anchor, Provisioner provisioner) implements AuthorityConfig {}

    /** The bridge's own, in the data directory. */
    record Embedded() implements AuthorityConfig {}
}
