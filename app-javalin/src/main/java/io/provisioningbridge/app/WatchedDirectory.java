package io.provisioningbridge.app;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.core.port.PublishedPeers;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;

/** Remembers whether the last publication succeeded, for readiness. */
final class WatchedDirectory<D extends PeerDirectory & PublishedPeers> implements PeerDirectory, PublishedPeers {

    private final D directory;
    private final AtomicReference<Optional<String>> problem = new AtomicReference<>(Optional.empty());

    WatchedDirectory(D directory) {
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

    @Override
    public Parsed<SortedMap<String, Parsed<TunnelAddress>>> published() {
        return directory.published();
    }

    Optional<String> problem() {
        return problem.get();
    }
}
