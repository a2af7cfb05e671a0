package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.testkit.contract.StoreChanges;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        try (DeviceStore memory = new InMemoryDeviceStore(POOLS);
                JdbcDeviceStore sqlite = file.open(POOLS)) {
            RandomChanges changes = new RandomChanges(seed, memory, ADDRESSES);
            for (int i = 0; i < 300; i++) {
                Change change = changes.next();
                assertThat(result(sqlite, change)).as("%d: %s", i, change).isEqualTo(result(memory, change));
                if (i % 10 == 0) {
                    requireSame(sqlite, memory, changes.now(), i + ": " + change);
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
            for (int i = 0; i < 3000; i++) {
                Change change = changes.next();
                String result = result(memory, change).replaceAll("address=[0-9.]+", "");
                reached.merge(change.getClass().getSimpleName() + " " + result, 1, Integer::sum);
            }
            assertThat(reached.keySet())
                    .containsExactly(
                            "AddressesImported Committed[]",
                            "AddressesImported Conflict[]",
                            "Allowed Committed[]",
                            "Allowed Conflict[]",
                            "Attempted Committed[]",
                            "Attempted Conflict[]",
                            "Enrolled Committed[]",
                            "Enrolled StoredForRevocation[]",
                            "Enrolled java.lang.IllegalArgumentException: the certificate is not what the intent asked for",
                            "Enrolled java.lang.IllegalArgumentException: the peer key is not the one that was reserved",
                            "PeerReplaced Committed[]",
                            "PeerReplaced Conflict[]",
                            "PeerReplaced KeyInUse[which=PEER]",
                            "Rejected Committed[]",
                            "Reserved Conflict[]",
                            "Reserved KeyInUse[which=CERTIFICATE]",
                            "Reserved KeyInUse[which=PEER]",
                            "Reserved Leased[]",
                            "Reserved PoolExhausted[]",
                            "Revoked Committed[]",
                            "Revoked Conflict[]",
                            "Seen Committed[]",
                            "Seen Conflict[]",
                            "Undone Committed[]");
        }
    }

    private static void requireSame(DeviceStore store, DeviceStore model, Instant now, String when) {
        Map<String, Object> expected = everything(model, now);
        everything(store, now)
                .forEach((what, found) ->
                        assertThat(found).as("%s after %s", what, when).isEqualTo(expected.get(what)));
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
            all.put(text + " attempts", store.attempts(id));
            for (int i = 0; i < RandomChanges.KEYS; i++) {
                KeyHash key = StoreChanges.certificateKey(id.key() + i);
                all.put(text + " allowed " + i, store.isAllowed(id, key, now));
            }
        }
        all.put("list", store.list(DeviceQuery.all(100)));
        all.put("page", store.list(new DeviceQuery(Set.of(DeviceState.ENROLLED), "", "b", 3)));
        all.put("part", store.list(new DeviceQuery(Set.of(), "D-", "", 10)));
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
