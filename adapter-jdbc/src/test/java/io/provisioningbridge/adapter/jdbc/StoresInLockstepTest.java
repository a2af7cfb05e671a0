package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.testkit.contract.StoreChanges;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same random changes, one after the other, to two stores written apart: what they answer and know stays the same. */
final class StoresInLockstepTest {

    private static final AddressPools POOLS =
            AddressPools.parse("10.8.0.0/29,10.9.0.0/30").orThrow();
    private static final List<TunnelAddress> ADDRESSES = Stream.concat(
                    LongStream.range(0, 8).mapToObj(i -> new TunnelAddress(0x0A080000L + i)),
                    LongStream.range(0, 6).mapToObj(i -> new TunnelAddress(0x0A090000L + i)))
            .toList();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void storesShouldAgreeOnEveryChange(long seed) {
        StoreFile file = new StoreFile(directory.resolve("store.db"));
        try (InMemoryDeviceStore memory = new InMemoryDeviceStore(POOLS);
                JdbcDeviceStore sqlite = file.open(POOLS)) {
            RandomChanges changes = new RandomChanges(seed, memory, ADDRESSES);
            RandomWork work = new RandomWork(seed, memory.workQueue(), sqlite.workQueue());
            for (int i = 0; i < 400; i++) {
                Change change = changes.next();
                assertThat(result(sqlite, change)).as("%d: %s", i, change).isEqualTo(result(memory, change));
                if (i % 40 == 20) {
                    Set<Backend> systems = work.someSystems();
                    memory.keepLanes(systems, changes.now());
                    sqlite.keepLanes(systems, changes.now());
                }
                List<Object> answers = work.step(changes.now());
                assertThat(answers.get(1)).as("work after %d: %s", i, change).isEqualTo(answers.get(0));
                if (i % 10 == 0) {
                    requireSame(sqlite, memory, changes.now(), i + ": " + change);
                    requireSameLanes(sqlite.workQueue(), memory.workQueue(), i + ": " + change);
                    file.requireEveryAddressOnce(POOLS);
                }
            }
            requireSame(sqlite, memory, changes.now(), "the end");
        }
    }

    @Test
    void randomChangesShouldReachEveryOutcome() {
        try (DeviceStore memory = new InMemoryDeviceStore(POOLS)) {
            RandomChanges changes = new RandomChanges(1, memory, ADDRESSES);
            Map<String, Integer> reached = new TreeMap<>();
            for (int i = 0; i < 6000; i++) {
                Change change = changes.next();
                String result = result(memory, change).replaceAll("address=[0-9.]+", "");
                reached.merge(change.getClass().getSimpleName() + " " + result, 1, Integer::sum);
            }
            assertThat(reached.keySet())
                    .containsExactly(
                            "AddressReleased Committed[]",
                            "AddressReleased Conflict[]",
                            "AddressesImported Committed[]",
                            "AddressesImported Conflict[]",
                            "Allowed Committed[]",
                            "Allowed Conflict[]",
                            "Attempted Committed[]",
                            "Attempted Conflict[]",
                            "CameBack Committed[]",
                            "CameBack Conflict[]",
                            "Connected Committed[]",
                            "Connected Conflict[]",
                            "Decommissioned Committed[]",
                            "Decommissioned Conflict[]",
                            "Enrolled Committed[]",
                            "Enrolled StoredForRevocation[]",
                            "Enrolled java.lang.IllegalArgumentException: the certificate is not what the intent asked for",
                            "Enrolled java.lang.IllegalArgumentException: the peer key is not the one that was reserved",
                            "MarkedDue Committed[]",
                            "PeerReplaced Committed[]",
                            "PeerReplaced Conflict[]",
                            "PeerReplaced KeyInUse[which=PEER]",
                            "Readmitted Committed[]",
                            "Readmitted Conflict[]",
                            "Rejected Committed[]",
                            "Reserved Conflict[]",
                            "Reserved KeyInUse[which=CERTIFICATE]",
                            "Reserved KeyInUse[which=PEER]",
                            "Reserved Leased[]",
                            "Reserved PoolExhausted[]",
                            "Resumed Committed[]",
                            "Resumed Conflict[]",
                            "Revoked Committed[]",
                            "Revoked Conflict[]",
                            "Seen Committed[]",
                            "Seen Conflict[]",
                            "Suspended Committed[]",
                            "Suspended Conflict[]",
                            "Undone Committed[]");
        }
    }

    private static void requireSame(DeviceStore store, DeviceStore model, Instant now, String when) {
        Map<String, Object> expected = everything(model, now);
        everything(store, now)
                .forEach((what, found) ->
                        assertThat(found).as("%s after %s", what, when).isEqualTo(expected.get(what)));
    }

    private static void requireSameLanes(WorkQueue queue, WorkQueue model, String when) {
        for (Lane.State state : Lane.State.values()) {
            assertThat(queue.list(state, Optional.empty(), 1000))
                    .as("%s lanes after %s", state, when)
                    .isEqualTo(model.list(state, Optional.empty(), 1000));
        }
    }

    private static String result(DeviceStore store, Change change) {
        try {
            return store.commit(change).toString();
        } catch (IllegalArgumentException bug) {
            return bug.toString();
        }
    }

    private static Map<String, Object> everything(DeviceStore store, Instant now) {
        Map<String, Object> all = new HashMap<>();
        for (String text : RandomChanges.IDS) {
            DeviceId id = new DeviceId(text);
            all.put(text + " device", store.find(id));
            all.put(text + " open", store.openIntent(id, now));
            all.put(text + " intents", store.intents(id));
            all.put(text + " certificates", store.certificates(id));
            all.put(text + " events", store.events(id));
            for (AuditEvent.Action action : AuditEvent.Action.values()) {
                all.put(text + " latest " + action, store.latestEvents(id, action, 3));
                all.put(text + " count of " + action, store.countEvents(id, action, now.minusSeconds(600)));
            }
            all.put(text + " attempts", store.attempts(id));
            all.put(text + " incarnation", store.incarnation(id));
            all.put(text + " peer keys", store.peerKeys(id));
            all.put(text + " token", store.targetToken(id).map(Secret::reveal));
            for (int i = 0; i < RandomChanges.KEYS; i++) {
                KeyHash key = StoreChanges.certificateKey(id.key() + i);
                all.put(text + " allowed " + i, store.isAllowed(id, key, now));
            }
        }
        all.put("list", store.list(DeviceQuery.all(100)));
        all.put("page", store.list(new DeviceQuery(Set.of(DeviceState.ENROLLED), "", "b", 3)));
        all.put("part", store.list(new DeviceQuery(Set.of(), "D-", "", 10)));
        all.put("tombstones", store.list(new DeviceQuery(Set.of(DeviceState.DECOMMISSIONED), "", "", 100)));
        all.put("desired", store.desiredPeers());
        all.put(
                "owners",
                store.peerOwners(Set.of(
                        StoreChanges.peerKey("shared"), StoreChanges.peerKey("a0"), StoreChanges.peerKey("b1"))));
        all.put("peers", store.peers());
        all.put("revision", store.peersRevision());
        List<String> leased = new ArrayList<>();
        for (String id : Stream.concat(RandomChanges.IDS.stream(), RandomChanges.FOREIGN_IDS.stream())
                .toList()) {
            ADDRESSES.stream().filter(address -> store.everLeased(id, address)).forEach(a -> leased.add(id + a));
        }
        all.put("leased", leased);
        return all;
    }
}
