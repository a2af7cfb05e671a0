package io.provisioningbridge.app.config;

import java.nio.file.Path;
import java.util.Optional;

/** How the device listener is protected. */
public sealed interface TlsConfig {

    /**
     * A certificate from the CA in use.
     *
     * @param provisioner who issues it; empty: the one for devices, or the embedded CA
     */
    record Auto(Optional<Provisioner> provisioner) implements TlsConfig {}

    /**
     * The operator's own certificate. Both files were readable when the configuration was read.
     *
     * @param certificate PEM, with its chain
     * @param key PEM
     */
    record Files(Path certificate, Path key) implements TlsConfig {}

    /** Plain HTTP: somebody in front of the bridge speaks TLS. */
    record Off() implements TlsConfig {}
}
