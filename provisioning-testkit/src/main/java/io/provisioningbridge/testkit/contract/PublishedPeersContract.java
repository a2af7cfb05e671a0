package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.core.port.PublishedPeers;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every {@link PublishedPeers} does. Each test gets a directory that nothing was published to. */
public interface PublishedPeersContract {

    /** The implementation under test; the same one throughout a test. */
    PublishedPeers published();

    /** The same one as a directory. */
    PeerDirectory publishing();

    /** Has the directory say something else, as another program does. */
    void overwrite(Map<String, TunnelAddress> entries);

    @Test
    default void publishedShouldHaveNoEntriesBeforeAnythingWasPublished() {
        assertThat(entries()).isEmpty();
    }

    @Test
    default void publishedShouldTellWhatWasPublished() {
        Map<String, TunnelAddress> addresses =
                Map.of("device-001", address("10.8.0.2"), "pump \"north\"", address("10.8.0.3"));

        publishing().publish(PeerSnapshot.of(1, addresses));

        assertThat(entries()).containsExactlyInAnyOrderEntriesOf(addresses);
    }

    @Test
    default void publishedShouldTellWhatOthersMadeOfIt() {
        publishing().publish(PeerSnapshot.of(1, Map.of("device-001", address("10.8.0.2"))));
        Map<String, TunnelAddress> theirs = Map.of("device-001", address("10.8.0.9"), "stranger", address("10.8.0.2"));

        overwrite(theirs);

        assertThat(entries()).containsExactlyInAnyOrderEntriesOf(theirs);
    }

    @Test
    default void publishingTheSameAgainShouldBringBackWhatOthersChanged() {
        PeerSnapshot snapshot = PeerSnapshot.of(1, Map.of("device-001", address("10.8.0.2")));
        publishing().publish(snapshot);
        overwrite(Map.of("stranger", address("10.8.0.2")));

        publishing().publish(snapshot);

        assertThat(entries()).isEqualTo(snapshot.addresses());
    }

    private SortedMap<String, TunnelAddress> entries() {
        SortedMap<String, TunnelAddress> entries = new TreeMap<>();
        published().published().orThrow().forEach((id, entry) -> entries.put(id, entry.orThrow()));
        return entries;
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }
}
