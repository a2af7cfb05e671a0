package io.provisioningbridge.app;

import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who signs in this deployment.
 *
 * @param certificates for devices
 * @param serverCertificates for our own listener
 * @param problem why it cannot sign at the moment, for readiness
 */
record Authority(
        CertificateAuthority certificates,
        ServerCertificateIssuer serverCertificates,
        Supplier<Optional<String>> problem) {}
