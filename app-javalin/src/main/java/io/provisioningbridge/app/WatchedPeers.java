package io.provisioningbridge.app;

import io.provisioningbridge.app.config.TunnelConfig.Apply;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Remembers whether the last call reached the tunnel server, for those who ask how the bridge is. */
final class WatchedPeers implements TunnelPeers {

    private static final String NOBODY_CONFIRMS =
            "peers are only written to a file (WG_APPLY=file); nobody confirms that the server knows them";

    private final TunnelPeers peers;
    private volatile String problem;

    WatchedPeers(TunnelPeers peers, Apply apply) {
        this.peers = peers;
        this.problem = "not asked yet (WG_APPLY=" + apply.name().toLowerCase(Locale.ROOT) + ")";
    }

    /** Empty when the server answered the last time, and speaks for itself. */
    Optional<String> problem() {
        return Optional.of(problem).filter(text -> !text.isEmpty());
    }

    @Override
    public List<Result> put(List<Assignment> batch) {
        return watched(() -> peers.put(batch));
    }

    @Override
    public List<Result> remove(List<PeerKey> keys) {
        return watched(() -> peers.remove(keys));
    }

    @Override
    public Map<PeerKey, Set<String>> observe() {
        return watched(peers::observe);
    }

    @Override
    public Evidence evidence() {
        return peers.evidence();
    }

    @Override
    public long epoch() {
        return peers.epoch();
    }

    @Override
    public Duration deadline() {
        return peers.deadline();
    }

    private <T> T watched(Supplier<T> call) {
        try {
            T answer = call.get();
            problem = peers.evidence() == Evidence.PROJECTED ? NOBODY_CONFIRMS : "";
            return answer;
        } catch (BackendUnavailableException e) {
            problem = String.valueOf(e.getMessage());
            throw e;
        }
    }
}
