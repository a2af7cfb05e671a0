package io.provisioningbridge.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import io.provisioningbridge.testkit.contract.TunnelPeersContract;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InMemoryTunnelPeersTest implements TunnelPeersContract {

    private static final List<String> OPERATIONS = List.of("put", "remove", "observe");

    private final FaultPlan faults = new FaultPlan();
    private final InMemoryTunnelPeers peers = new InMemoryTunnelPeers(faults);

    @Override
    public TunnelPeers peers() {
        return peers;
    }

    @Override
    public Map<PeerKey, Set<String>> known() {
        return peers.known();
    }

    @Override
    public void addForeign(PeerKey key, Set<String> allowedIps) {
        peers.addForeign(key, allowedIps);
    }

    @Override
    public void loseEverything() {
        peers.loseEverything();
    }

    @Override
    public void goAway() {
        OPERATIONS.forEach(faults::breakDown);
    }

    @Override
    public void comeBack() {
        OPERATIONS.forEach(faults::heal);
    }

    @Test
    void putShouldTellWhichOneItRefuses() {
        TunnelAddress address = TunnelAddress.parse("10.8.0.2").orThrow();
        peers.refuse(KEYS.get(1));

        List<Result> results = peers.put(Stream.of(0, 1, 2)
                .map(i -> new Assignment(KEYS.get(i), new TunnelAddress(address.number() + i), Set.of()))
                .toList());

        assertThat(results.get(0)).isEqualTo(new Result.Done());
        assertThat(results.get(1)).isInstanceOf(Result.Refused.class);
        assertThat(results.get(2)).isEqualTo(new Result.Done());
        assertThat(known()).containsOnlyKeys(KEYS.get(0), KEYS.get(2));
    }
}
