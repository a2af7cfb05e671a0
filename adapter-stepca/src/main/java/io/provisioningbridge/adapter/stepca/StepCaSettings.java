package io.provisioningbridge.adapter.stepca;

import java.net.URI;
import java.time.Duration;

/**
 * Where step-ca is and how to talk to it. Immutable.
 *
 * @param url {@code https}, a host among step-ca's {@code dnsNames}, perhaps a path prefix that a proxy takes off
 * @param fingerprint of the trust anchor: a root that step-ca serves, or the Sub-CA that issues
 * @param deviceProvisioner signs device certificates and revokes them
 * @param serverProvisioner signs the bridge's own server certificate; the device provisioner where that one can
 * @param certificateLifetime asked for device certificates, in whole seconds; zero leaves it to the authority
 * @param connectTimeout longest time for one TCP connect and TLS handshake
 * @param deadline longest time of one operation with all its attempts; more than {@code connectTimeout}
 */
public record StepCaSettings(
        URI url,
        CertificateFingerprint fingerprint,
        ProvisionerLogin deviceProvisioner,
        ProvisionerLogin serverProvisioner,
        Duration certificateLifetime,
        Duration connectTimeout,
        Duration deadline) {

    /** Long enough for a step-ca that verifies against a slow database, short enough for a device that waits. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(20);

    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

    public StepCaSettings {
        if (!"https".equalsIgnoreCase(url.getScheme())
                || url.getHost() == null
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "step-ca's URL is https://host[:port][/path] without user, query or fragment");
        }
        if (certificateLifetime.isNegative()
                || !certificateLifetime.equals(Duration.ofSeconds(certificateLifetime.toSeconds()))) {
            throw new IllegalArgumentException(
                    "a certificate's lifetime is a number of whole seconds, zero for the default");
        }
        if (connectTimeout.isNegative() || connectTimeout.isZero() || deadline.compareTo(connectTimeout) <= 0) {
            throw new IllegalArgumentException("0 < connect time-out < deadline");
        }
    }

    /** One provisioner for everything, the authority's default lifetime, default time-outs. */
    public static StepCaSettings of(URI url, CertificateFingerprint fingerprint, ProvisionerLogin provisioner) {
        return new StepCaSettings(
                url, fingerprint, provisioner, provisioner, Duration.ZERO, DEFAULT_CONNECT_TIMEOUT, DEFAULT_DEADLINE);
    }

    /** With another provisioner for the bridge's own server certificate. */
    public StepCaSettings withServerProvisioner(ProvisionerLogin provisioner) {
        return new StepCaSettings(
                url, fingerprint, deviceProvisioner, provisioner, certificateLifetime, connectTimeout, deadline);
    }

    /** With a lifetime for device certificates. */
    public StepCaSettings withCertificateLifetime(Duration lifetime) {
        return new StepCaSettings(
                url, fingerprint, deviceProvisioner, serverProvisioner, lifetime, connectTimeout, deadline);
    }

    /** With other time-outs. */
    public StepCaSettings withTimeouts(Duration connect, Duration whole) {
        return new StepCaSettings(
                url, fingerprint, deviceProvisioner, serverProvisioner, certificateLifetime, connect, whole);
    }
}
