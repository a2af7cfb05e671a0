package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link TunnelPeers} does. The tests use addresses of 10.8.0.0/16 and 10.9.0.0/16; each begins with a server that
 * can be reached and knows no peer.
 */
public interface TunnelPeersContract {

    /** The largest batch that is tried. */
    int BATCH = 2_000;

    /** Different keys, as many as the tests need. They are costly to make. */
    List<PeerKey> KEYS = Stream.generate(new Seeded(8)::peerKey).limit(BATCH).toList();

    /** The implementation under test; the same one throughout a test. */
    TunnelPeers peers();

    /** What the server knows, looked at past the port. */
    Map<PeerKey, Set<String>> known();

    /**
     * Adds a peer past the port, as another program does.
     *
     * @param allowedIps with masks
     */
    void addForeign(PeerKey key, Set<String> allowedIps);

    /** The server loses all its peers, as it does when its interface is made anew, and can be reached afterwards. */
    void loseEverything();

    /** From now on the server cannot be reached. */
    void goAway();

    /** Ends {@link #goAway}; whether the peers are still there is open. */
    void comeBack();

    @Test
    default void putShouldMakePeersKnownWithExactlyTheirAddress() {
        assertAllDone(peers().put(List.of(assign(0, "10.8.0.2"), assign(1, "10.8.1.3"))));

        assertThat(known()).isEqualTo(Map.of(key(0), Set.of("10.8.0.2/32"), key(1), Set.of("10.8.1.3/32")));
    }

    @Test
    default void putShouldChangeNothingWhenRepeated() {
        List<Assignment> batch = List.of(assign(0, "10.8.0.2"), assign(1, "10.8.0.3", 2));
        peers().put(batch);
        assertAllDone(peers().put(batch));

        assertThat(known()).isEqualTo(Map.of(key(0), Set.of("10.8.0.2/32"), key(1), Set.of("10.8.0.3/32")));
    }

    @Test
    default void putShouldLeavePeersThatAreNotNamedAlone() {
        peers().put(List.of(assign(0, "10.8.0.2")));
        peers().put(List.of(assign(1, "10.8.0.3")));

        assertThat(known()).containsOnlyKeys(key(0), key(1));
    }

    @Test
    default void putShouldMoveAPeerToAnotherAddress() {
        peers().put(List.of(assign(0, "10.8.0.2")));
        assertAllDone(peers().put(List.of(assign(0, "10.8.0.9"))));

        assertThat(known()).isEqualTo(Map.of(key(0), Set.of("10.8.0.9/32")));
    }

    @Test
    default void putShouldRemoveTheKeysItReplacesWhetherTheyAreThereOrNot() {
        peers().put(List.of(assign(0, "10.8.0.2"), assign(1, "10.8.0.3")));
        assertAllDone(peers().put(List.of(assign(2, "10.8.0.2", 0, 3))));

        assertThat(known()).isEqualTo(Map.of(key(2), Set.of("10.8.0.2/32"), key(1), Set.of("10.8.0.3/32")));
    }

    @Test
    default void putShouldTakeAnAddressFromThePeerPutBefore() {
        peers().put(List.of(assign(0, "10.8.0.2")));
        assertAllDone(peers().put(List.of(assign(1, "10.8.0.2"))));

        assertThat(known()).containsEntry(key(1), Set.of("10.8.0.2/32"));
        assertThat(known().getOrDefault(key(0), Set.of())).isEmpty();
    }

    @Test
    default void putShouldTakeAnAddressFromAForeignPeerOrRefuseIt() {
        addForeign(key(0), Set.of("10.8.0.2/32"));
        List<Result> results = peers().put(List.of(assign(1, "10.8.0.2"), assign(2, "10.8.0.3")));

        Map<PeerKey, Set<String>> known = known();
        boolean refused = results.get(0) instanceof Result.Refused;
        assertThat(known.getOrDefault(key(refused ? 0 : 1), Set.of())).containsExactly("10.8.0.2/32");
        assertThat(known.getOrDefault(key(refused ? 1 : 0), Set.of())).isEmpty();
        assertThat(results.get(1)).isEqualTo(new Result.Done());
        assertThat(known).containsEntry(key(2), Set.of("10.8.0.3/32"));
    }

    @Test
    default void putShouldCarryOutABatchInItsOrder() {
        assertAllDone(peers().put(List.of(
                assign(0, "10.8.0.2"), assign(1, "10.8.0.2", 0), assign(0, "10.8.0.3"), assign(2, "10.8.0.4"))));

        assertThat(known())
                .isEqualTo(Map.of(
                        key(0), Set.of("10.8.0.3/32"), key(1), Set.of("10.8.0.2/32"), key(2), Set.of("10.8.0.4/32")));
    }

    @Test
    default void removeShouldMakePeersUnknown() {
        peers().put(List.of(assign(0, "10.8.0.2"), assign(1, "10.8.0.3"), assign(2, "10.8.0.4")));
        assertAllDone(peers().remove(List.of(key(0), key(2))));

        assertThat(known()).containsOnlyKeys(key(1));
    }

    @Test
    default void removeShouldSucceedForPeersThatAreNotThere() {
        peers().put(List.of(assign(0, "10.8.0.2")));
        assertAllDone(peers().remove(List.of(key(1), key(0), key(0))));
        assertAllDone(peers().remove(List.of(key(0))));

        assertThat(known()).isEmpty();
    }

    @Test
    default void foreignPeersShouldStayAsTheyAre() {
        Map<PeerKey, Set<String>> foreign =
                Map.of(key(0), Set.of("10.9.0.0/24", "10.9.7.7/32"), key(1), Set.of("10.8.0.200/32"));
        foreign.forEach(this::addForeign);

        peers().put(List.of(assign(2, "10.8.0.2"), assign(3, "10.8.0.3")));
        peers().put(List.of(assign(4, "10.8.0.2", 2)));
        peers().remove(List.of(key(3), key(5)));

        Map<PeerKey, Set<String>> expected = new HashMap<>(foreign);
        expected.put(key(4), Set.of("10.8.0.2/32"));
        assertThat(known()).isEqualTo(expected);
    }

    @Test
    default void observeShouldListEveryPeerWithItsAddresses() {
        assertThat(peers().observe()).isEmpty();
        addForeign(key(0), Set.of("10.9.0.0/24", "10.9.7.7/32"));
        peers().put(List.of(assign(1, "10.8.0.2")));

        assertThat(peers().observe())
                .isEqualTo(Map.of(key(0), Set.of("10.9.0.0/24", "10.9.7.7/32"), key(1), Set.of("10.8.0.2/32")));

        peers().remove(List.of(key(1)));
        assertThat(peers().observe()).containsOnlyKeys(key(0));
    }

    @Test
    default void evidenceShouldNotBeAMereAcknowledgement() {
        assertThat(peers().evidence()).isIn(Evidence.OBSERVED, Evidence.PROJECTED);
    }

    @Test
    default void largeBatchesShouldBeTaken() {
        List<Assignment> many = IntStream.range(0, BATCH)
                .mapToObj(i -> new Assignment(key(i), address(i), Set.of()))
                .toList();
        assertAllDone(peers().put(many), BATCH);
        assertThat(peers().observe()).hasSize(BATCH).isEqualTo(known());

        assertAllDone(peers().remove(KEYS.subList(1, BATCH)), BATCH - 1);
        assertThat(known()).containsOnlyKeys(key(0));
    }

    @Test
    default void emptyBatchesShouldBeTaken() {
        peers().put(List.of(assign(0, "10.8.0.2")));

        assertThat(peers().put(List.of())).isEmpty();
        assertThat(peers().remove(List.of())).isEmpty();
        assertThat(known()).containsOnlyKeys(key(0));
    }

    @Test
    default void callsAtOnceShouldAllHaveTheirEffect() throws Exception {
        TunnelPeers peers = peers();
        peers.put(IntStream.range(0, 100)
                .mapToObj(i -> new Assignment(key(i), address(i), Set.of()))
                .toList());
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Collection<?>>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                PeerKey gone = key(i);
                Assignment come = new Assignment(key(100 + i), address(100 + i), Set.of());
                calls.add(() -> peers.remove(List.of(gone)));
                calls.add(() -> peers.put(List.of(come)));
                if (i % 20 == 0) {
                    calls.add(() -> peers.observe().keySet());
                }
            }
            for (Future<Collection<?>> call : pool.invokeAll(calls)) {
                assertThat(call.get()).isNotEmpty();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(known().keySet()).containsExactlyInAnyOrderElementsOf(KEYS.subList(100, 200));
    }

    @Test
    default void callsShouldFailWhileTheServerCannotBeReached() {
        peers().put(List.of(assign(0, "10.8.0.2")));
        goAway();
        try {
            assertThatThrownBy(() -> peers().put(List.of(assign(1, "10.8.0.3"))))
                    .isInstanceOf(BackendUnavailableException.class);
            assertThatThrownBy(() -> peers().remove(List.of(key(0)))).isInstanceOf(BackendUnavailableException.class);
            assertThatThrownBy(() -> peers().observe()).isInstanceOf(BackendUnavailableException.class);
        } finally {
            comeBack();
        }
        assertAllDone(peers().put(List.of(assign(2, "10.8.0.4"))));
        assertThat(known()).containsEntry(key(2), Set.of("10.8.0.4/32"));
    }

    @Test
    default void epochShouldStayTheSameWhilePeersComeAndGo() {
        long before = peers().epoch();
        peers().put(List.of(assign(0, "10.8.0.2")));
        peers().observe();
        peers().remove(List.of(key(0)));

        assertThat(peers().epoch()).isEqualTo(before);
    }

    @Test
    default void epochShouldStayTheSameWhileTheServerCannotBeReached() {
        long before = peers().epoch();
        goAway();
        try {
            assertThat(peers().epoch()).isEqualTo(before);
        } finally {
            comeBack();
        }
    }

    @Test
    default void epochShouldChangeWhenPeersAreLost() {
        peers().put(List.of(assign(0, "10.8.0.2")));
        long before = peers().epoch();
        loseEverything();

        assertThat(peers().epoch()).isNotEqualTo(before);
        assertThat(peers().observe()).isEmpty();
        assertAllDone(peers().put(List.of(assign(0, "10.8.0.2"))));
        assertThat(known()).containsOnlyKeys(key(0));
    }

    @Test
    default void putShouldBeDoneOrFailOnAnInterruptedThread() {
        assertInterruptible(() -> peers().put(List.of(assign(0, "10.8.0.2"))));

        assertAllDone(peers().put(List.of(assign(0, "10.8.0.2"))));
        assertThat(known()).containsOnlyKeys(key(0));
    }

    @Test
    default void removeShouldBeDoneOrFailOnAnInterruptedThread() {
        peers().put(List.of(assign(0, "10.8.0.2")));
        assertInterruptible(() -> peers().remove(List.of(key(0))));

        assertAllDone(peers().remove(List.of(key(0))));
        assertThat(known()).isEmpty();
    }

    @Test
    default void observeShouldBeDoneOrFailOnAnInterruptedThread() {
        peers().put(List.of(assign(0, "10.8.0.2")));
        assertInterruptible(() -> peers().observe());

        assertThat(peers().observe()).containsOnlyKeys(key(0));
    }

    @Test
    default void deadlineShouldBePositiveAndBounded() {
        assertThat(peers().deadline()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5));
    }

    /** Either way the flag is kept. */
    private static void assertInterruptible(Runnable call) {
        Thread.currentThread().interrupt();
        boolean flagKept;
        try {
            call.run();
        } catch (BackendUnavailableException givenUp) {
            assertThat(givenUp).hasMessageContaining("interrupt");
        } finally {
            flagKept = Thread.interrupted();
        }
        assertThat(flagKept).as("the interrupt flag").isTrue();
    }

    private static void assertAllDone(List<Result> results) {
        assertThat(results).isNotEmpty().containsOnly(new Result.Done());
    }

    private static void assertAllDone(List<Result> results, int count) {
        assertThat(results).hasSize(count).containsOnly(new Result.Done());
    }

    private static Assignment assign(int key, String address, int... replaces) {
        return new Assignment(
                key(key),
                TunnelAddress.parse(address).orThrow(),
                Set.copyOf(IntStream.of(replaces)
                        .mapToObj(TunnelPeersContract::key)
                        .toList()));
    }

    private static PeerKey key(int number) {
        return KEYS.get(number);
    }

    /** From 10.8.0.2 on. */
    private static TunnelAddress address(int number) {
        return new TunnelAddress((10L << 24) + (8L << 16) + 2 + number);
    }
}
