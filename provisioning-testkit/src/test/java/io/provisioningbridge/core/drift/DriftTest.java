package io.provisioningbridge.core.drift;

import static io.provisioningbridge.core.drift.DriftRig.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Each type: it is made, reported, repaired where a repair cures it, and gone. */
class DriftTest {

    private final DriftRig rig = new DriftRig();

    @Test
    void nothingShouldBeFoundWhereNothingDiffers() {
        rig.connected();
        rig.connected(rig.life.identity("dev-2"));
        rig.life.inService(rig.life.identity("dev-3"));

        assertThat(rig.found()).isEmpty();
        assertThat(rig.drift.report().orElseThrow().sections())
                .extracting(DriftReport.Section::place)
                .containsExactly(Place.values());
    }

    @Test
    void peerThatIsMissingShouldBeReportedAndRepaired() {
        rig.connected();
        rig.life.peers.remove(List.of(peer()));

        assertRepaired(FindingType.MISSING_PEER, Backend.TUNNEL);
    }

    @Test
    void peerAtAnotherAddressShouldBeReportedAndRepaired() {
        rig.connected();
        rig.life.peers.addForeign(peer(), Set.of("10.8.0.77/32"));

        assertRepaired(FindingType.WRONG_PEER, Backend.TUNNEL);
    }

    @Test
    void peerOfADeviceOutOfServiceShouldBeReportedAndRepaired() {
        rig.connected();
        PeerKey key = peer();
        rig.decommission();
        rig.life.peers.addForeign(key, Set.of("10.8.0.2/32"));

        assertRepaired(FindingType.UNWANTED_PEER, Backend.TUNNEL);
        assertThat(rig.life.peers.known()).isEmpty();
    }

    @Test
    void peerOfOthersShouldBeReportedAndLeftAlone() {
        rig.connected();
        PeerKey theirs = rig.life.identity("not-enrolled").peer();
        rig.life.peers.addForeign(theirs, Set.of("10.8.0.200/32"));

        assertLeftAlone(FindingType.ORPHAN_PEER, theirs.base64());
        assertThat(rig.life.peers.known()).containsEntry(theirs, Set.of("10.8.0.200/32"));
    }

    @Test
    void entryThatIsMissingWrongOrPastShouldBeReportedAndPublishedAgain() {
        rig.connected();
        Identity second = rig.life.identity("dev-2");
        rig.connected(second);
        rig.connected(rig.life.identity("dev-3"));
        TunnelAddress past = rig.life.device("dev-1").address();
        rig.decommission();
        Map<String, TunnelAddress> before = rig.life.directory.addresses();
        rig.life.directory.overwrite(
                Map.of("dev-1", past, "dev-2", TunnelAddress.parse("10.8.0.99").orThrow()));

        assertThat(rig.found())
                .extracting(Finding::type, Finding::subject)
                .containsExactly(
                        tuple(FindingType.MISSING_ENTRY, "dev-3"),
                        tuple(FindingType.WRONG_ENTRY, "dev-2"),
                        tuple(FindingType.UNWANTED_ENTRY, "dev-1"));
        Repair repair = rig.repair();
        assertThat(repair.directory()).isEqualTo(Repair.Directory.PUBLISHED_AGAIN);
        assertThat(repair.lanes()).isEmpty();
        assertThat(repair.left()).isZero();
        assertThat(rig.found()).isEmpty();
        assertThat(rig.life.directory.addresses()).isEqualTo(before);
    }

    @Test
    void entryOfOthersShouldBeReportedAndKeepTheDirectoryFromBeingPublishedAgain() {
        rig.connected();
        Map<String, TunnelAddress> theirs = new TreeMap<>(rig.life.directory.addresses());
        theirs.put("stranger", TunnelAddress.parse("10.8.0.99").orThrow());
        theirs.remove("dev-1");
        rig.life.directory.overwrite(theirs);

        assertThat(rig.types()).containsExactly(FindingType.ORPHAN_ENTRY, FindingType.MISSING_ENTRY);
        Repair repair = rig.repair();
        assertThat(repair.directory()).isEqualTo(Repair.Directory.LEFT_TO_OTHERS);
        assertThat(repair.left()).isEqualTo(2);
        assertThat(rig.types()).containsExactly(FindingType.ORPHAN_ENTRY, FindingType.MISSING_ENTRY);
    }

    @Test
    void targetThatIsMissingShouldBeReportedAndRepaired() {
        rig.connected();
        rig.life.updateServer.remove(List.of(ID));

        assertRepaired(FindingType.MISSING_TARGET, Backend.UPDATE_SERVER);
        assertThat(rig.life.updateServer.known()).containsOnlyKeys("dev-1");
    }

    @Test
    void targetWithAnotherNameDescriptionOrTokenShouldBeReportedAndRepaired() {
        rig.connected();
        Seen right = rig.life.updateServer.find(new DeviceId("dev-1")).orElseThrow();
        rig.life.updateServer.addForeign(new Seen(
                right.id(), "another", "other", right.address(), Optional.of(new Secret("a-token-of-somebody-else"))));

        assertThat(rig.found()).singleElement().satisfies(finding -> {
            assertThat(finding.detail()).isEqualTo("another name, description, token");
            assertThat(finding.toString()).doesNotContain("a-token-of-somebody-else");
        });
        assertRepaired(FindingType.WRONG_TARGET, Backend.UPDATE_SERVER);
        assertThat(rig.life.updateServer.known().get("dev-1")).isEqualTo(right);
    }

    @Test
    void targetAtAnotherAddressShouldBeNoFindingBecauseEveryPollOverwritesIt() {
        rig.connected();
        Seen right = rig.life.updateServer.find(new DeviceId("dev-1")).orElseThrow();
        rig.life.updateServer.addForeign(new Seen(
                right.id(),
                right.name(),
                right.description(),
                Optional.of(TunnelAddress.parse("192.0.2.9").orThrow()),
                right.token()));

        assertThat(rig.found()).isEmpty();
    }

    @Test
    void targetOfADeviceOutOfServiceShouldBeReportedAndRepaired() {
        rig.connected();
        rig.decommission();
        rig.life.updateServer.addForeign(target("dev-1"));

        assertRepaired(FindingType.ZOMBIE_TARGET, Backend.UPDATE_SERVER);
        assertThat(rig.life.updateServer.known()).isEmpty();
    }

    @Test
    void targetOfASuspendedDeviceShouldBeReportedAndRepaired() {
        rig.connected();
        rig.life.bridge.operations().suspend(ID, "alice", "");
        rig.life.settle();
        rig.life.updateServer.addForeign(target("dev-1"));

        assertRepaired(FindingType.ZOMBIE_TARGET, Backend.UPDATE_SERVER);
    }

    @Test
    void targetOfAReadmittedDeviceShouldBeReportedAndRepaired() {
        rig.connected();
        rig.decommission();
        rig.life.bridge.operations().readmit(ID, "alice", "");
        rig.life.updateServer.addForeign(target("dev-1"));

        assertRepaired(FindingType.ZOMBIE_TARGET, Backend.UPDATE_SERVER);
        assertThat(rig.life.updateServer.known()).isEmpty();
    }

    @Test
    void targetThatRegisteredItselfBeforeTheFirstConnectionShouldBeNoFinding() {
        rig.life.inService(rig.life.identity("dev-1"));
        rig.life.updateServer.addForeign(target("dev-1"));

        assertThat(rig.found()).isEmpty();
    }

    @Test
    void targetsOfOthersShouldBeReportedAndLeftAlone() {
        rig.connected();
        rig.life.updateServer.addForeign(target("somebody-else"));
        assertLeftAlone(FindingType.ORPHAN_TARGET, "somebody-else");

        rig.life.updateServer.addForeign(target("DEV-1"));
        rig.life.updateServer.addForeign(target("no id: of any device"));
        assertThat(rig.types())
                .containsExactly(FindingType.ORPHAN_TARGET, FindingType.ORPHAN_TARGET, FindingType.ORPHAN_TARGET);
        rig.repair();
        assertThat(rig.life.updateServer.known())
                .containsOnlyKeys("dev-1", "DEV-1", "somebody-else", "no id: of any device");
    }

    @Test
    void platformDeviceThatIsMissingShouldBeReportedAndRepaired() {
        rig.connected();
        rig.life.platform.removeForeign("dev-1");

        assertRepaired(FindingType.MISSING_PLATFORM_DEVICE, Backend.PLATFORM);
    }

    @Test
    void platformDeviceOutOfServiceShouldBeReportedAndRepaired() {
        X509Certificate leaf = rig.connected();
        rig.decommission();
        rig.life.platform.addForeign("dev-1", new Credential.Certificate(CertificateHash.of(leaf)));

        assertRepaired(FindingType.ZOMBIE_PLATFORM_DEVICE, Backend.PLATFORM);
        assertThat(rig.life.platform.look(ID)).isEmpty();
    }

    @Test
    void platformDeviceThatNothingAdmitsShouldBeNoFinding() {
        rig.connected();
        rig.life.bridge.operations().suspend(ID, "alice", "");
        rig.life.settle();

        assertThat(rig.life.platform.look(ID)).isPresent();
        assertThat(rig.found()).isEmpty();
    }

    @Test
    void staleCredentialAndMissingAttributesShouldBeReportedAndRepaired() {
        rig.connected();
        rig.life.platform.addForeign("dev-1", new Credential.Other("ACCESS_TOKEN"));

        assertThat(rig.types())
                .containsExactly(FindingType.STALE_CREDENTIAL, FindingType.WRONG_PROFILE, FindingType.WRONG_ATTRIBUTE);
        assertThat(rig.repair().lanes()).containsExactly(Map.entry(Backend.PLATFORM, 1));
        assertThat(rig.found()).isEmpty();
    }

    @Test
    void deviceMovedToAnotherProfileShouldBeReportedAndRepaired() {
        X509Certificate leaf = rig.connected();
        rig.life.platform.moveForeign(ID);

        assertRepaired(FindingType.WRONG_PROFILE, Backend.PLATFORM);
        assertThat(rig.life.platform.look(ID).orElseThrow().inProfile()).isTrue();
        rig.life.assertAdmitted("dev-1", leaf);
    }

    @Test
    void platformDeviceOfOthersShouldBeReportedAndLeftAlone() {
        rig.connected();
        rig.life.platform.addForeign("somebody else's", new Credential.Other("ACCESS_TOKEN"));

        assertLeftAlone(FindingType.ORPHAN_PLATFORM_DEVICE, "somebody else's");
    }

    @Test
    void connectionNobodyToldOfShouldBeReportedAndNoticedByTheRepair() {
        X509Certificate leaf = rig.life.inService(rig.life.identity("dev-1"));
        rig.life.clock.tick(Duration.ofSeconds(1));
        rig.life.platform.connect(ID, leaf, rig.life.clock.instant());

        assertRepaired(FindingType.UNNOTICED_CONNECTION, Backend.PLATFORM);
        assertThat(rig.life.updateServer.known()).containsOnlyKeys("dev-1");
    }

    @Test
    void connectionNobodyToldOfShouldBeNoticedAfterARoundByItself() {
        X509Certificate leaf = rig.life.inService(rig.life.identity("dev-1"));
        rig.life.connects("dev-1", leaf);
        rig.drift.ask();
        rig.drift.runDue();
        assertThat(rig.drift.report().orElseThrow().findings())
                .extracting(Finding::type)
                .containsExactly(FindingType.UNNOTICED_CONNECTION);

        rig.life.settle();
        assertThat(rig.life.device("dev-1").state()).isEqualTo(DeviceState.CONNECTED);
        rig.life.clock.tick(Duration.ofSeconds(30));
        assertThat(rig.drift.runDue()).isOne();
        assertThat(rig.drift.report().orElseThrow().findings()).isEmpty();
    }

    @Test
    void liveCertificateOfADeviceOutOfServiceShouldBeReportedAndRepaired() {
        rig.connected();
        rig.life.faults.failBefore(
                "revoke", 1, () -> new BackendRefusedException("planned", Fault.BACKEND, Effect.NONE));
        rig.life.bridge.operations().decommission(ID, "alice", "");
        rig.life.bridge.runDue();
        assertThat(rig.life.lane("dev-1", Backend.CERTIFICATE_AUTHORITY).state())
                .isEqualTo(Lane.State.FAILED);

        assertRepaired(FindingType.LIVE_CERTIFICATE, Backend.CERTIFICATE_AUTHORITY);
    }

    @Test
    void liveCertificateOfAReadmittedDeviceShouldBeReportedAndRepaired() {
        rig.connected();
        rig.life.faults.failBefore(
                "revoke", 1, () -> new BackendRefusedException("planned", Fault.BACKEND, Effect.NONE));
        rig.life.bridge.operations().decommission(ID, "alice", "");
        rig.life.bridge.runDue();
        rig.life.bridge.operations().readmit(ID, "alice", "");
        assertThat(rig.life.store.find(ID)).isEmpty();

        assertRepaired(FindingType.LIVE_CERTIFICATE, Backend.CERTIFICATE_AUTHORITY);
    }

    @Test
    void certificateThatIsNotRenewedShouldBeReportedOnceItsLastSixthBegins() {
        Identity device = rig.life.identity("dev-1");
        X509Certificate leaf = rig.connected(device);
        Duration life = Duration.between(
                leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant());
        rig.life.clock.set(
                leaf.getNotAfter().toInstant().minus(life.dividedBy(6)).minusSeconds(1));
        assertThat(rig.found()).isEmpty();

        rig.life.clock.tick(Duration.ofSeconds(1));
        assertLeftAlone(FindingType.EXPIRING_CERTIFICATE, "dev-1");

        Identity next = new Identity("dev-1", rig.life.identity("dev-1").key(), device.peer());
        X509Certificate renewed = LifeRig.leaf(rig.life.renew(next, leaf));
        rig.life.settle();
        assertThat(rig.found()).as("it may be taken up yet").isEmpty();
        rig.life.confirm("dev-1", renewed);
        rig.life.settle();
        assertThat(rig.found()).isEmpty();
    }

    @Test
    void deviceThatIsNotSeenForADayShouldBeReportedUntilItConnects() {
        X509Certificate leaf = rig.life.inService(rig.life.identity("dev-1"));
        rig.life.clock.set(
                rig.life.device("dev-1").stateSince().plus(Duration.ofHours(24)).minusSeconds(1));
        assertThat(rig.found()).isEmpty();

        rig.life.clock.tick(Duration.ofSeconds(1));
        assertLeftAlone(FindingType.NEVER_SEEN, "dev-1");

        rig.connect(ID, leaf);
        assertThat(rig.found()).isEmpty();
    }

    @Test
    void repairShouldBeAudited() {
        rig.connected();
        rig.life.platform.removeForeign("dev-1");
        rig.found();
        rig.repair();

        assertThat(rig.life.store.events(ID))
                .filteredOn(event -> event.action() == Action.LANES_MARKED_DUE)
                .extracting(AuditEvent::cause, AuditEvent::detail)
                .containsExactly(tuple("alice", "drift: PLATFORM of 1 device"));
    }

    private PeerKey peer() {
        return rig.life.device("dev-1").peer().key();
    }

    private static Seen target(String id) {
        return new Seen(id, id, "", Optional.empty(), Optional.empty());
    }

    private void assertRepaired(FindingType type, Backend lane) {
        assertThat(rig.found())
                .extracting(Finding::type, Finding::subject, Finding::device)
                .containsExactly(tuple(type, "dev-1", Optional.of(ID)));
        Repair repair = rig.repair();
        assertThat(repair.lanes()).containsExactly(Map.entry(lane, 1));
        assertThat(repair.directory()).isEqualTo(Repair.Directory.UNTOUCHED);
        assertThat(repair.left()).isZero();
        assertThat(rig.found()).isEmpty();
    }

    /** No lane is made for it, or falls behind, and it is still there. */
    private void assertLeftAlone(FindingType type, String subject) {
        assertThat(rig.found()).extracting(Finding::type, Finding::subject).containsExactly(tuple(type, subject));
        Map<Backend, Long> before = generations();
        Repair repair = rig.repair();
        assertThat(repair.lanes()).isEmpty();
        assertThat(repair.left()).isOne();
        assertThat(generations()).isEqualTo(before);
        DeviceId.parse(subject)
                .value()
                .filter(id -> !id.equals(ID))
                .ifPresent(id -> assertThat(rig.life.queue.lanes(id)).isEmpty());
        assertThat(rig.found()).extracting(Finding::type, Finding::subject).containsExactly(tuple(type, subject));
    }

    private Map<Backend, Long> generations() {
        Map<Backend, Long> generations = new TreeMap<>();
        rig.life.queue.lanes(ID).forEach(lane -> generations.put(lane.backend(), lane.generation()));
        return generations;
    }
}
