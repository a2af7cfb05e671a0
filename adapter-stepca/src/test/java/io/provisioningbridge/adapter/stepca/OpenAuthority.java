package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An authority under test with the thread its background work runs in. */
record OpenAuthority(StepCaCertificateAuthority authority, ExecutorService background) implements AutoCloseable {

    static final String PASSWORD = "provisioner-secret";

    static OpenAuthority of(StepCaSettings settings) {
        return of(settings, InstantSource.system());
    }

    static OpenAuthority of(StepCaSettings settings, InstantSource clock) {
        ExecutorService background = Executors.newSingleThreadExecutor();
        return new OpenAuthority(
                new StepCaCertificateAuthority(settings, background, clock, new SecureRandom()), background);
    }

    /** Pinned to the server's root. */
    static StepCaSettings settings(StepCaServer server, StepCaProvisioner provisioner) {
        return settings(server.url(), server.rootFingerprint(), provisioner.name(), provisioner.password());
    }

    static StepCaSettings settings(URI url, String fingerprint, String provisioner, String password) {
        return StepCaSettings.of(
                        url,
                        new CertificateFingerprint(fingerprint),
                        new ProvisionerLogin(provisioner, new Secret(password)))
                .withTimeouts(Duration.ofSeconds(10), Duration.ofMinutes(1));
    }

    /** Waits until what it does in the background at the start is done, well or badly. */
    OpenAuthority settled() throws Exception {
        background.submit(() -> {}).get();
        return this;
    }

    @Override
    public void close() {
        authority.close();
        background.shutdownNow();
    }
}
