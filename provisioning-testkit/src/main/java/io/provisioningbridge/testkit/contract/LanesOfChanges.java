package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The part of {@link WorkQueueContract} about which changes make which lanes due. */
public interface LanesOfChanges {

    Instant CHANGED = Instant.parse("2026-03-01T12:00:00.123Z");
    DeviceId LATHE = new DeviceId("Lathe-1");

    /** A new, empty store with the pool 10.8.0.0/22, and its queue; the contract closes it. */
    StoreAndQueue openStoreAndQueue();

    private static Change.Enrolled enroll(StoreAndQueue opened, StoreChanges changes) {
        Change.Reserved reserved = changes.reserved(LATHE.text(), CHANGED);
        assertThat(opened.store().commit(reserved)).isInstanceOf(Outcome.Leased.class);
        Change.Enrolled enrolled = changes.enrolled(reserved, CHANGED);
        assertThat(opened.store().commit(enrolled)).isEqualTo(new Outcome.Committed());
        return enrolled;
    }

    /** By how many generations each lane is ahead of nothing. */
    private static List<String> generations(StoreAndQueue opened) {
        return opened.queue().lanes(LATHE).stream()
                .map(lane -> lane.backend() + " " + lane.generation())
                .toList();
    }

    private static long version(StoreAndQueue opened) {
        return opened.store().find(LATHE).map(Device::version).orElse(Device.ABSENT);
    }

    @Test
    default void enrollmentShouldMakeTheTunnelDue() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            Change.Reserved reserved = changes.reserved("Lathe-1", CHANGED);
            opened.store().commit(reserved);
            assertThat(opened.queue().lanes(LATHE)).as("a reservation").isEmpty();
            Instant enrolled = CHANGED.plusSeconds(1);
            opened.store().commit(changes.enrolled(reserved, enrolled));

            assertThat(opened.queue().lanes(new DeviceId("LATHE-1")))
                    .containsExactly(new Lane(
                            LATHE,
                            Backend.TUNNEL,
                            1,
                            0,
                            false,
                            enrolled,
                            Optional.of(enrolled),
                            0,
                            "",
                            Optional.empty()));
        }
    }

    @Test
    default void everyChangeShouldMakeItsOwnLanesDue() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            DeviceCertificate certificate = enroll(opened, changes).certificate();
            assertThat(generations(opened)).containsExactly("TUNNEL 1");
            opened.store().commit(changes.seen(certificate, version(opened), CHANGED));
            assertThat(generations(opened)).containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 2");
            opened.store()
                    .commit(changes.peerReplaced(certificate, version(opened), StoreChanges.peerKey("anew"), CHANGED));
            assertThat(generations(opened)).containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 3");
            opened.store().commit(changes.suspended(LATHE, version(opened), CHANGED));
            assertThat(generations(opened)).containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 4");
            opened.store().commit(changes.resumed(LATHE, version(opened), CHANGED));
            assertThat(generations(opened)).containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 5");
            opened.store().commit(changes.markedDue(Set.of(LATHE), Backend.CERTIFICATE_AUTHORITY, CHANGED));
            assertThat(generations(opened)).containsExactly("CERTIFICATE_AUTHORITY 2", "TUNNEL 5");
            opened.store().commit(changes.decommissioned(LATHE, version(opened), CHANGED));
            List<String> out = generations(opened);
            assertThat(out).containsExactly("CERTIFICATE_AUTHORITY 3", "TUNNEL 6");

            opened.store().commit(changes.revoked(certificate, CHANGED));
            opened.store().commit(changes.released(LATHE, Incarnation.FIRST, CHANGED, CHANGED));
            opened.store().commit(changes.readmitted(LATHE, version(opened), CHANGED));
            assertThat(opened.store().find(LATHE)).isEmpty();
            assertThat(generations(opened)).as("these make none due").isEqualTo(out);
        }
    }

    @Test
    default void changeThatChangesNothingShouldMakeNoLaneDue() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            Change.Enrolled enrolled = enroll(opened, changes);
            Change.Rejected rejected = changes.rejected(changes.reserved("Lathe-1", CHANGED), CHANGED);
            opened.store().commit(rejected);
            Change.Seen seen = changes.seen(enrolled.certificate(), 1, CHANGED);
            opened.store().commit(seen);
            List<String> before = generations(opened);

            opened.store().commit(enrolled);
            opened.store().commit(rejected);
            opened.store().commit(seen);
            opened.store().commit(changes.seen(enrolled.certificate(), version(opened), CHANGED));
            opened.store().commit(changes.resumed(LATHE, version(opened), CHANGED));
            opened.store().commit(changes.suspended(LATHE, 77, CHANGED));
            opened.store().commit(changes.decommissioned(LATHE, 77, CHANGED));
            opened.store().commit(changes.markedDue(Set.of(), Backend.TUNNEL, CHANGED));
            assertThat(generations(opened)).isEqualTo(before);

            opened.store().commit(changes.suspended(LATHE, version(opened), CHANGED));
            before = generations(opened);
            opened.store().commit(changes.suspended(LATHE, version(opened), CHANGED));
            assertThat(generations(opened)).isEqualTo(before);
            opened.store().commit(changes.decommissioned(LATHE, version(opened), CHANGED));
            before = generations(opened);
            opened.store().commit(changes.decommissioned(LATHE, version(opened), CHANGED));
            assertThat(generations(opened)).isEqualTo(before);
        }
    }

    @Test
    default void certificateThatCannotBeUsedShouldMakeOnlyItsAuthorityDue() {
        StoreChanges changes = new StoreChanges(1);
        Instant late = CHANGED.plus(StoreChanges.INTENT_LIFE);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            Change.Reserved reserved = changes.reserved("Lathe-1", CHANGED);
            opened.store().commit(reserved);

            assertThat(opened.store().commit(changes.enrolled(reserved, late)))
                    .isEqualTo(new Outcome.StoredForRevocation());

            assertThat(opened.store().find(LATHE)).isEmpty();
            assertThat(opened.queue().lanes(LATHE))
                    .as("of a device without a record")
                    .containsExactly(new Lane(
                            LATHE,
                            Backend.CERTIFICATE_AUTHORITY,
                            1,
                            0,
                            false,
                            late,
                            Optional.of(late),
                            0,
                            "",
                            Optional.empty()));
            opened.store().commit(changes.rejected(reserved, late));
            assertThat(generations(opened)).containsExactly("CERTIFICATE_AUTHORITY 2");
        }
    }

    @Test
    default void decommissionInEveryPhaseOfAnEnrollmentShouldMakeEveryLaneDue() {
        StoreChanges changes = new StoreChanges(1);
        List<Optional<Status>> ends =
                List.of(Optional.empty(), Optional.of(Status.UNSIGNED), Optional.of(Status.UNCERTAIN));
        for (Optional<Status> end : ends) {
            try (StoreAndQueue opened = openStoreAndQueue()) {
                Change.Reserved reserved = changes.reserved("Lathe-1", CHANGED);
                opened.store().commit(reserved);
                assertThat(opened.store().commit(changes.decommissioned(LATHE, Device.ABSENT, CHANGED)))
                        .isEqualTo(new Outcome.Committed());
                assertThat(generations(opened)).containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 1");

                if (end.isPresent()) {
                    opened.store().commit(changes.undone(reserved, end.get(), CHANGED));
                    assertThat(generations(opened)).containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 1");
                    opened.store().commit(changes.rejected(reserved, CHANGED));
                } else {
                    assertThat(opened.store().commit(changes.enrolled(reserved, CHANGED)))
                            .isEqualTo(new Outcome.StoredForRevocation());
                }
                assertThat(generations(opened))
                        .as("the authority has one more to take back")
                        .containsExactly("CERTIFICATE_AUTHORITY 2", "TUNNEL 1");
            }
        }
    }

    @Test
    default void laneShouldKeepTheSpellingOfTheDevice() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            DeviceId shouted = new DeviceId("LATHE-1");
            opened.store().commit(changes.markedDue(Set.of(shouted), Backend.TUNNEL, CHANGED));
            assertThat(opened.queue().lanes(LATHE)).extracting(Lane::device).containsExactly(shouted);
            opened.store().commit(changes.markedDue(Set.of(LATHE), Backend.TUNNEL, CHANGED));
            assertThat(opened.queue().lanes(LATHE))
                    .as("no record says otherwise")
                    .extracting(Lane::device)
                    .containsExactly(shouted);
            enroll(opened, changes);
            assertThat(opened.queue().lanes(LATHE)).extracting(Lane::device).containsExactly(LATHE);
            opened.store().commit(changes.markedDue(Set.of(shouted), Backend.TUNNEL, CHANGED));
            assertThat(opened.queue().lanes(LATHE))
                    .extracting(Lane::device, Lane::generation)
                    .containsExactly(tuple(LATHE, 4L));
        }
    }

    @Test
    default void changesOfAddressesAloneShouldMakeNoLaneDue() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store()
                    .commit(changes.imported(
                            Map.of("Lathe-1", TunnelAddress.parse("10.8.0.9").orThrow()), Set.of(), CHANGED));
            assertThat(opened.queue().lanes(LATHE)).isEmpty();
            assertThat(opened.queue().list(Lane.State.DUE, Optional.empty(), 10))
                    .isEmpty();
        }
    }
}
