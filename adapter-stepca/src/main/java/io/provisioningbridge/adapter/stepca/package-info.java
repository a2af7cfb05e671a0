/**
 * Certificates from step-ca over its HTTPS API, with one-time tokens signed by a JWK provisioner's key. Wire facts were
 * observed on step-ca v0.30.2. {@link io.provisioningbridge.adapter.stepca.StepCaCertificateAuthority} is the port's
 * implementation, {@link io.provisioningbridge.adapter.stepca.FingerprintTrust} turns a fingerprint into a trust anchor.
 */
@NullMarked
package io.provisioningbridge.adapter.stepca;

import org.jspecify.annotations.NullMarked;
