package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.PeerDirectory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link PeerDirectory} does. Each test gets one that nothing was published to. */
public interface PeerDirectoryContract {

    /** The implementation under test; the same one throughout a test. */
    PeerDirectory directory();

    /** What a reader of the directory sees now; empty when nothing was published. Called by other threads, too. */
    SortedMap<String, TunnelAddress> seen();

    @Test
    default void publishShouldMakeTheDirectorySayExactlyThat() {
        Map<String, TunnelAddress> first = Map.of("device-001", address(2), "Device-002", address(3));
        directory().publish(PeerSnapshot.of(1, first));
        assertThat(seen()).containsExactlyInAnyOrderEntriesOf(first);

        Map<String, TunnelAddress> second = Map.of("Device-002", address(3), "device-003", address(2));
        directory().publish(PeerSnapshot.of(2, second));
        assertThat(seen()).containsExactlyInAnyOrderEntriesOf(second);
    }

    @Test
    default void publishShouldEmptyTheDirectoryWhenNobodyIsLeft() {
        directory().publish(PeerSnapshot.of(1, Map.of("device-001", address(2))));
        directory().publish(PeerSnapshot.of(2, Map.of()));

        assertThat(seen()).isEmpty();
    }

    @Test
    default void publishShouldTakeAnEmptySnapshotFirst() {
        directory().publish(PeerSnapshot.of(0, Map.of()));

        assertThat(seen()).isEmpty();
    }

    @Test
    default void publishShouldChangeNothingWhenRepeated() {
        PeerSnapshot snapshot = PeerSnapshot.of(7, Map.of("device-001", address(2)));
        directory().publish(snapshot);
        directory().publish(snapshot);
        assertThat(seen()).isEqualTo(snapshot.addresses());

        directory().publish(PeerSnapshot.of(7, Map.of("device-001", address(99))));
        assertThat(seen()).as("a revision says one thing only").isEqualTo(snapshot.addresses());
    }

    @Test
    default void publishShouldChangeNothingWhenTheRevisionIsOlder() {
        PeerSnapshot newer = PeerSnapshot.of(8, Map.of("device-001", address(2), "device-002", address(3)));
        directory().publish(newer);
        directory().publish(PeerSnapshot.of(7, Map.of("device-001", address(2))));

        assertThat(seen()).isEqualTo(newer.addresses());
    }

    @Test
    default void publishShouldKeepIdsThatOtherInstallationsSpelledFreely() {
        Map<String, TunnelAddress> imported = Map.of(
                "pump \"north\"", address(2), "back\\slash", address(3), "Ü-Wagen 東京 🚰", address(4), "{}", address(5));
        directory().publish(PeerSnapshot.of(1, imported));

        assertThat(seen()).containsExactlyInAnyOrderEntriesOf(imported);
    }

    @Test
    default void publishShouldTakeALargeFleet() {
        PeerSnapshot large = uniform(1, 65_000);
        directory().publish(large);

        assertThat(seen()).isEqualTo(large.addresses());
    }

    @Test
    default void readersShouldSeeTheOldDirectoryOrTheNewOne() throws InterruptedException, ExecutionException {
        int devices = 500;
        PeerDirectory directory = directory();
        directory.publish(uniform(1, devices));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<List<String>> mixed = executor.submit(() -> {
                List<String> found = new ArrayList<>();
                while (!done.get()) {
                    SortedMap<String, TunnelAddress> now = seen();
                    if (now.size() != devices || new HashSet<>(now.values()).size() != 1) {
                        found.add(now.size() + " entries with " + new HashSet<>(now.values()));
                    }
                }
                return found;
            });
            for (int revision = 2; revision < 100; revision++) {
                directory.publish(uniform(revision, devices));
            }
            done.set(true);
            assertThat(mixed.get()).isEmpty();
        } finally {
            done.set(true);
            executor.shutdownNow();
        }
    }

    @Test
    default void publicationsAtOnceShouldEndWithTheNewest() throws InterruptedException, ExecutionException {
        PeerDirectory directory = directory();
        int revisions = 200;
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Void>> publications = new ArrayList<>();
            for (int revision = 1; revision <= revisions; revision++) {
                PeerSnapshot snapshot = uniform(revision, 20);
                publications.add(() -> {
                    directory.publish(snapshot);
                    return null;
                });
            }
            for (Future<Void> publication : executor.invokeAll(publications)) {
                publication.get();
            }
        } finally {
            executor.shutdownNow();
        }

        assertThat(seen()).isEqualTo(uniform(revisions, 20).addresses());
    }

    /** A fleet in which every device has the one address that stands for the revision: a mixture shows. */
    private static PeerSnapshot uniform(long revision, int devices) {
        SortedMap<String, TunnelAddress> addresses = new TreeMap<>();
        IntStream.range(0, devices).forEach(i -> addresses.put(String.format("device-%05d", i), address(revision)));
        return new PeerSnapshot(revision, addresses);
    }

    private static TunnelAddress address(long host) {
        return new TunnelAddress((10L << 24) + (8L << 16) + host);
    }
}
