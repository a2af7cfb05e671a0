package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.decommission.DecommissionReceipt;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A device's whole life as the device and the operator see it: what was not acknowledged is asked for again, with the same
 * words; what was acknowledged has to hold. Not safe for concurrent use.
 */
final class DeviceLife {

    private enum Step {
        ENROLL,
        CONNECT,
        RENEW,
        CONFIRM,
        SUSPEND,
        RESUME,
        DECOMMISSION
    }

    /** A certificate key and a WireGuard key, and what was asked with them. */
    private record Keys(KeyHash key, String csr, PeerKey peer) {

        static Keys of(String id, Seeded seeded) {
            DeviceKey key = DeviceKey.p256();
            return new Keys(
                    KeyHash.of(key.publicKeyInfo()),
                    CsrBuilder.forDevice(id).key(key).pem(),
                    seeded.peerKey());
        }
    }

    // What a process dies of between these may have been signed, and after the second surely was.
    private static final Set<String> PROMISED =
            Set.of("after Reserved", "before sign", "after sign", "before Enrolled");
    private static final Set<String> SIGNED_IN_VAIN = Set.of("after sign", "before Enrolled");

    private static final int PATIENCE = 30;

    private final DeviceId id;
    private final SettableClock clock;
    private final OutsideWorld world;
    private final Keys first;
    private final Keys second;
    private final List<String> certificates = new ArrayList<>();
    private final int peerChangesBefore;
    private final int revokedBefore;

    private String address = "";
    private int acknowledged;
    private boolean settled = true;

    DeviceLife(String id, SettableClock clock, OutsideWorld world, Seeded seeded) {
        this.id = new DeviceId(id);
        this.clock = clock;
        this.world = world;
        this.first = Keys.of(id, seeded);
        this.second = Keys.of(id, seeded);
        this.peerChangesBefore = world.peerChanges().size();
        this.revokedBefore = world.revoked().size();
    }

    DeviceId id() {
        return id;
    }

    /** From where it was to the end, each step followed by what is due. */
    void goOn(UnaryOperator<List<String>> bridge) {
        if (!settled) {
            settle(bridge);
            requireEffects();
        }
        while (acknowledged < Step.values().length) {
            take(Step.values()[acknowledged], bridge);
            acknowledged++;
            settled = false;
            settle(bridge);
            requireEffects();
        }
    }

    void enroll(UnaryOperator<List<String>> bridge) {
        take(Step.ENROLL, bridge);
        acknowledged = 1;
        settle(bridge);
    }

    private void take(Step step, UnaryOperator<List<String>> bridge) {
        switch (step) {
            case ENROLL ->
                enrolled(tell(
                        bridge, "enroll", id.text(), first.csr(), first.peer().base64()));
            case CONNECT -> {
                clock.tick(Duration.ofSeconds(1));
                assertThat(world.platform().connect(id, leaves().get(0))).isTrue();
                tell(bridge, "connected", id.text());
            }
            case RENEW ->
                enrolled(tell(
                        bridge, "enroll", id.text(), second.csr(), second.peer().base64(), certificates.get(0)));
            case CONFIRM -> tell(bridge, "confirm", id.text(), certificates.get(1));
            case SUSPEND, RESUME, DECOMMISSION -> tell(bridge, step.name().toLowerCase(Locale.ROOT), id.text());
        }
    }

    private void enrolled(List<String> answer) {
        certificates.add(answer.get(1));
        assertThat(address).as("one address").isIn("", answer.get(2));
        address = answer.get(2);
    }

    private List<String> tell(UnaryOperator<List<String>> bridge, String... words) {
        List<String> answer = ask(bridge, words);
        assertThat(answer.get(0)).as(words[0]).isEqualTo("acknowledged");
        return answer;
    }

    private List<String> ask(UnaryOperator<List<String>> bridge, String... words) {
        List<String> command =
                new ArrayList<>(List.of(clock.tick(Duration.ofSeconds(1)).toString()));
        command.addAll(List.of(words));
        return bridge.apply(command);
    }

    /** Has done what is due, for a while. */
    void settle(UnaryOperator<List<String>> bridge) {
        for (int round = 0; round < PATIENCE; round++) {
            ask(bridge, "run");
            if (ask(bridge, "settled").equals(List.of("true"))) {
                settled = true;
                return;
            }
            clock.tick(Duration.ofMinutes(1));
        }
        throw new AssertionError("not settled after " + PATIENCE + " minutes");
    }

    /** Once all is done that is due: the world is as the last acknowledged step wants it. */
    private void requireEffects() {
        Set<PeerKey> in = switch (Step.values()[acknowledged - 1]) {
            case ENROLL, CONNECT, RENEW -> Set.of(first.peer());
            case CONFIRM, RESUME -> Set.of(second.peer());
            case SUSPEND, DECOMMISSION -> Set.of();
        };
        assertThat(world.known().keySet().stream().filter(key -> key.equals(first.peer()) || key.equals(second.peer())))
                .containsExactlyElementsOf(in);
        assertThat(world.targets().knows(id)).isEqualTo(hasTaken(Step.CONNECT) && !hasTaken(Step.SUSPEND));
        assertThat(world.platform().changesOf(id)).isEqualTo(admissions(acknowledged));
        int ended = hasTaken(Step.DECOMMISSION) ? 2 : hasTaken(Step.CONFIRM) ? 1 : 0;
        assertThat(world.revoked().subList(revokedBefore, world.revoked().size()))
                .isEqualTo(serials().subList(0, ended));
    }

    /** What the platform has admitted the device with, in order, once so many steps have had their effect. */
    private List<String> admissions(int steps) {
        List<String> admissions = new ArrayList<>();
        for (Step step : List.of(Step.values()).subList(0, steps)) {
            switch (step) {
                case ENROLL -> admissions.add(OutsidePlatform.admittedWith(leaves().get(0)));
                case CONFIRM, RESUME -> admissions.add(OutsidePlatform.admittedWith(leaves().get(1)));
                case SUSPEND -> admissions.add("shut out");
                case DECOMMISSION -> admissions.add("absent");
                case CONNECT, RENEW -> {}
            }
        }
        return admissions;
    }

    private List<X509Certificate> leaves() {
        return certificates.stream()
                .map(pem -> Pem.parseCertificates(pem).orThrow().get(0))
                .toList();
    }

    private List<BigInteger> serials() {
        return leaves().stream().map(X509Certificate::getSerialNumber).toList();
    }

    /** Right after a crash, before anything is repaired: what was acknowledged holds. */
    void requireAcknowledged(JdbcDeviceStore store) {
        assertThat(store.certificates(id)).extracting(DeviceCertificate::pem).containsAll(certificates);
        if (acknowledged == 0) {
            return;
        }
        Device device = store.find(id).orElseThrow();
        assertThat(device.address()).hasToString(address);
        assertThat(device.state()).isIn(possibleStates());
        if (hasTaken(Step.CONFIRM)) {
            assertThat(device.peer().key()).isEqualTo(second.peer());
            assertThat(store.certificates(id))
                    .extracting(DeviceCertificate::standing)
                    .containsExactly(Standing.SUPERSEDED, Standing.CURRENT);
        }
    }

    /** The step that comes next may have been taken as well, only nobody said so. */
    private Set<DeviceState> possibleStates() {
        DeviceState sure = after(acknowledged);
        if (acknowledged == List.of(Step.values()).indexOf(Step.CONNECT) + 1) {
            // The platform is asked first.
            return EnumSet.of(DeviceState.ENROLLED, DeviceState.CONNECTED);
        }
        return settled && acknowledged < Step.values().length
                ? EnumSet.of(sure, after(acknowledged + 1))
                : EnumSet.of(sure);
    }

    private static DeviceState after(int steps) {
        return switch (Step.values()[steps - 1]) {
            case ENROLL, RESUME -> DeviceState.ENROLLED;
            case CONNECT, RENEW, CONFIRM -> DeviceState.CONNECTED;
            case SUSPEND -> DeviceState.SUSPENDED;
            case DECOMMISSION -> DeviceState.DECOMMISSIONED;
        };
    }

    /** Whenever a receipt is written: what it says was observed was, after the last change. */
    void requireHonest(DecommissionReceipt receipt) {
        for (Lane lane : receipt.lanes()) {
            Evidence claimed = lane.observation().map(Observation::evidence).orElse(Evidence.PROJECTED);
            if (lane.state() == Lane.State.DONE && lane.backend() == Backend.TUNNEL) {
                assertThat(world.known()).doesNotContainKeys(first.peer(), second.peer());
                assertThat(claimed == Evidence.OBSERVED && !world.isReadSinceLastChange())
                        .as("observed, and never read")
                        .isFalse();
            }
            if (lane.state() == Lane.State.DONE && lane.backend() == Backend.UPDATE_SERVER) {
                assertThat(world.targets().knows(id)).isFalse();
                assertThat(claimed == Evidence.OBSERVED && !world.targets().isReadSinceLastChange(id))
                        .as("observed, and never looked for")
                        .isFalse();
            }
            if (lane.state() == Lane.State.DONE && lane.backend() == Backend.PLATFORM) {
                assertThat(world.platform().knows(id)).isFalse();
                assertThat(claimed == Evidence.OBSERVED && !world.platform().isReadSinceLastChange(id))
                        .as("observed, and never looked at")
                        .isFalse();
            }
            if (lane.state() == Lane.State.DONE && lane.backend() == Backend.CERTIFICATE_AUTHORITY) {
                Set<BigInteger> serials = receipt.certificates().stream()
                        .map(DeviceCertificate::serial)
                        .collect(Collectors.toSet());
                assertThat(world.revoked()).containsAll(serials);
                assertThat(claimed == Evidence.OBSERVED && !world.knownRevoked().containsAll(serials))
                        .as("observed, and never asked again")
                        .isFalse();
            }
        }
    }

    /**
     * All that has to be so at the end of a life, each effect once.
     *
     * @param killed the point, empty for a life that went undisturbed
     */
    void requireEnd(JdbcDeviceStore store, DecommissionReceipt receipt, String killed) {
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(DeviceState.DECOMMISSIONED);
        assertThat(store.certificates(id)).extracting(DeviceCertificate::pem).containsExactlyElementsOf(certificates);

        Set<BigInteger> known =
                store.certificates(id).stream().map(DeviceCertificate::serial).collect(Collectors.toSet());
        List<BigInteger> signed = world.signed().entrySet().stream()
                .filter(entry -> Set.of(first.key(), second.key()).contains(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(signed).containsAll(known).hasSize(2 + (SIGNED_IN_VAIN.contains(killed) ? 1 : 0));
        assertThat(receipt.neverReceived()).hasSize(PROMISED.contains(killed) ? 1 : 0);
        assertThat(store.intents(id)).hasSize(2 + receipt.neverReceived().size());

        assertThat(world.revoked().subList(revokedBefore, world.revoked().size()))
                .isEqualTo(serials());
        assertThat(world.peerChanges()
                        .subList(peerChangesBefore, world.peerChanges().size()))
                .containsExactly(
                        "+" + first.peer(),
                        "+" + second.peer() + " -" + first.peer(),
                        "-" + second.peer(),
                        "+" + second.peer(),
                        "-" + second.peer());
        assertThat(world.targets().changesOf(id)).containsExactly("+" + id, "-" + id);
        assertThat(world.platform().changesOf(id)).isEqualTo(admissions(Step.values().length));
        assertThat(receipt.isComplete()).isTrue();
        assertThat(receipt.returns()).isEmpty();
        assertThat(receipt.lanes())
                .extracting(lane -> lane.observation().orElseThrow().evidence())
                .containsExactly(Evidence.OBSERVED, Evidence.OBSERVED, Evidence.OBSERVED, Evidence.OBSERVED);
        assertThat(receipt.certificates())
                .extracting(DeviceCertificate::revocation)
                .containsExactly(DeviceCertificate.Revocation.DONE, DeviceCertificate.Revocation.DONE);
        Map<Action, Long> told = store.events(id).stream()
                .collect(Collectors.groupingBy(event -> event.action(), Collectors.counting()));
        assertThat(told)
                .containsEntry(Action.DEVICE_ENROLLED, 2L)
                .containsEntry(Action.DEVICE_CONNECTED, 1L)
                .containsEntry(Action.DEVICE_SUSPENDED, 1L)
                .containsEntry(Action.DEVICE_RESUMED, 1L)
                .containsEntry(Action.DEVICE_DECOMMISSIONED, 1L)
                .containsEntry(Action.CERTIFICATE_SEEN, 2L)
                .containsEntry(Action.CERTIFICATE_REVOKED, 2L)
                .containsEntry(Action.ADDRESS_RELEASED, 1L);
    }

    /** Whether a step is acknowledged. */
    private boolean hasTaken(Step step) {
        return acknowledged > List.of(Step.values()).indexOf(step);
    }
}
