package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What every {@link DeviceStore} does. Beyond the port's own text: times are kept in whole milliseconds; a change that
 * changes nothing leaves no audit event; an intent that expired is ended, with an event of its own, by the first change that
 * takes something it claimed; a certificate is known by its leaf, so that one serial number never hides another; an
 * import that names a device out of service, or an address that rests, conflicts.
 */
public interface DeviceStoreContract
        extends IssuanceInStore,
                ReenrollmentInStore,
                LifeInStore,
                ConnectionsInStore,
                ListingInStore,
                AddressesInStore {

    @Override
    DeviceStore newStore(AddressPools pools);

    @Test
    default void oneOfManyRivalsShouldWinADevice() throws Exception {
        Instant now = Instant.parse("2026-03-01T12:00:00Z");
        DeviceId id = new DeviceId("pump");
        try (DeviceStore store = newStore(AddressPools.parse("10.8.0.0/24").orThrow())) {
            List<Callable<Outcome>> rivals = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                Change.Reserved reserved = new StoreChanges(i)
                        .reserved(
                                id,
                                Device.ABSENT,
                                StoreChanges.certificateKey("key " + i),
                                StoreChanges.peerKey("key " + i),
                                now);
                rivals.add(() -> store.commit(reserved));
            }

            List<Outcome> outcomes = inParallel(rivals);

            assertThat(outcomes).filteredOn(Outcome.Leased.class::isInstance).hasSize(1);
            assertThat(outcomes).filteredOn(new Outcome.Conflict()::equals).hasSize(15);
            assertThat(store.intents(id)).hasSize(1);
        }
    }

    @Test
    default void manyDevicesAtOnceShouldGetAnAddressEach() throws Exception {
        Instant now = Instant.parse("2026-03-01T12:00:00Z");
        try (DeviceStore store = newStore(AddressPools.parse("10.8.0.0/24").orThrow())) {
            List<Callable<TunnelAddress>> enrollments = new ArrayList<>();
            for (int i = 0; i < 253; i++) {
                String device = "pump-" + i;
                StoreChanges changes = new StoreChanges(i);
                enrollments.add(() -> {
                    Change.Reserved reserved = changes.reserved(device, now);
                    Outcome.Leased leased = (Outcome.Leased) store.commit(reserved);
                    assertThat(store.openIntent(new DeviceId(device), now)).isPresent();
                    assertThat(store.commit(changes.enrolled(reserved, now))).isEqualTo(new Outcome.Committed());
                    assertThat(store.find(new DeviceId(device)))
                            .as("a read sees what was committed before")
                            .isPresent();
                    return leased.address();
                });
            }

            List<TunnelAddress> addresses = inParallel(enrollments);

            assertThat(new HashSet<>(addresses)).hasSize(253);
            assertThat(store.peers().addresses()).hasSize(253);
            assertThat(new HashSet<>(store.peers().addresses().values())).isEqualTo(new HashSet<>(addresses));
        }
    }

    @Test
    default void interruptedCallerShouldStillCommitAndStayInterrupted() {
        try (DeviceStore store = newStore(AddressPools.parse("10.8.0.0/24").orThrow())) {
            Change.Reserved reserved = new StoreChanges(1).reserved("pump", Instant.parse("2026-03-01T12:00:00Z"));
            Thread.currentThread().interrupt();
            Outcome outcome = store.commit(reserved);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(outcome).isInstanceOf(Outcome.Leased.class);
            assertThat(store.intents(new DeviceId("pump"))).hasSize(1);
        }
    }

    private static <T> List<T> inParallel(List<Callable<T>> calls) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(calls)) {
                results.add(future.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
