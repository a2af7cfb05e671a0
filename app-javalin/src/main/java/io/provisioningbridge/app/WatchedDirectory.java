package io.provisioningbridge.app;

import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.PeerDirectory;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Remembers whether the last publication succeeded, for readiness. */
final class WatchedDirectory implements PeerDirectory {

    private final PeerDirectory directory;
    private final AtomicReference<Optional<String>> problem = new AtomicReference<>(Optional.empty());

    WatchedDirectory(PeerDirectory directory) {
        this.directory = directory;
    }

    @Override
    public void publish(PeerSnapshot snapshot) {
        try {
            directory.publish(snapshot);
            problem.set(Optional.empty());
        } catch (BackendException e) {
            problem.set(Optional.of("the peers file cannot be written; see the log"));
            throw e;
        }
    }

    Optional<String> problem() {
        return problem.get();
    }
}
