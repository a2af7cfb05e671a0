package io.provisioningbridge.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.enrollment.Confirmation;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollmentPolicy;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.port.DevicePlatform.Attributes;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.SignedRequestReader.Content;
import io.provisioningbridge.core.port.SignedRequestReader.Reading.Signed;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.core.postconnect.ConnectionResult;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDevicePlatform;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryPeerDirectory;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.InMemoryUpdateServer;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** A bridge over in-memory ports that lives through whole lives of devices, driven by hand. */
public final class LifeRig {

    // Planned failures by the thousand would hide a real one. Held, since loggers are collected.
    private static final Logger QUIET = Logger.getLogger("io.provisioningbridge.core");

    static {
        QUIET.setLevel(Level.OFF);
    }

    public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    public static final Duration QUARANTINE = Duration.ofHours(24);

    public final SettableClock clock = new SettableClock(START);
    public final FaultPlan faults = new FaultPlan();
    public final FaultPlan updateServerFaults = new FaultPlan();
    public final FaultPlan platformFaults = new FaultPlan();
    public final InMemoryCertificateAuthority authority =
            new InMemoryCertificateAuthority(clock, faults, Duration.ofDays(30));
    public final InMemoryPeerDirectory directory = new InMemoryPeerDirectory(faults);
    public final InMemoryUpdateServer updateServer = new InMemoryUpdateServer(updateServerFaults);
    public final InMemoryDevicePlatform platform;
    public final InMemoryTunnelPeers peers;
    public final InMemoryDeviceStore store;
    public final WorkQueue queue;
    public final ProvisioningBridge bridge;

    /** What happens meanwhile whenever a comparison waits for a system. */
    public Runnable whileWaiting = () -> {};

    private final Seeded keys = new Seeded(11);
    private Duration platformIsAhead = Duration.ZERO;

    public LifeRig() {
        this("10.8.0.0/24", Evidence.OBSERVED);
    }

    public LifeRig(String pools, Evidence evidence) {
        this(pools, evidence, false);
    }

    /** @param quarantines whether the platform keeps what came back, and shuts it out */
    public LifeRig(String pools, Evidence evidence, boolean quarantines) {
        platform = new InMemoryDevicePlatform(platformFaults, quarantines, this::platformTime);
        peers = new InMemoryTunnelPeers(faults, evidence);
        store = new InMemoryDeviceStore(AddressPools.parse(pools).orThrow(), faults);
        queue = store.workQueue();
        bridge = another();
    }

    /** Another bridge over the same store and the same systems, as a second process has it. */
    public ProvisioningBridge another() {
        return builder()
                .updateServer(updateServer)
                .platform(platform)
                .targetTokens(true)
                .build();
    }

    /** For a bridge over the same store, without update server and platform. */
    public ProvisioningBridge.Builder builder() {
        return ProvisioningBridge.builder()
                .store(store)
                .workQueue(queue)
                .authority(authority)
                .csrReader(new SimpleCsrReader())
                .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
                .tunnelPeers(peers)
                .addressQuarantine(QUARANTINE)
                .peerDirectory(directory)
                .policy(EnrollmentPolicy.open(Set.of()))
                .clock(clock)
                .pause(this::rest)
                .nanos(() -> clock.instant().toEpochMilli() * 1_000_000)
                .random(new Random(7));
    }

    private void rest(Duration length) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        clock.tick(length);
        whileWaiting.run();
    }

    /** From now on the platform's clock is ahead by so much; or behind, by a negative time. */
    public void skewPlatform(Duration ahead) {
        platformIsAhead = ahead;
    }

    public Instant platformTime() {
        return clock.instant().plus(platformIsAhead);
    }

    /** The device connects to the platform, a second later, and nobody tells the bridge. @return whether it is admitted */
    public boolean connects(String id, X509Certificate leaf) {
        clock.tick(Duration.ofSeconds(1));
        return platform.connect(new DeviceId(id), leaf, platformTime());
    }

    /** The platform tells that the device has connected. */
    public ConnectionResult hint(String id) {
        ConnectionResult result = bridge.connected(new DeviceId(id), "webhook");
        clock.tick(Duration.ofSeconds(1));
        return result;
    }

    /** Enrolls and connects, and has everything done that follows. */
    public X509Certificate connected(Identity identity) {
        X509Certificate leaf = inService(identity);
        assertThat(connects(identity.id(), leaf)).isTrue();
        hint(identity.id());
        settle();
        assertThat(device(identity.id()).state()).isEqualTo(DeviceState.CONNECTED);
        return leaf;
    }

    public Optional<Registered> atPlatform(String id) {
        return Optional.ofNullable(platform.known().get(id));
    }

    public Optional<Seen> target(String id) {
        return Optional.ofNullable(updateServer.known().get(id));
    }

    /** The platform admits the device with this certificate, and knows where it is and when it was enrolled. */
    public void assertAdmitted(String id, X509Certificate leaf) {
        Registered there = atPlatform(id).orElseThrow();
        assertThat(there.name()).isEqualTo(id);
        assertThat(there.credential()).isEqualTo(new Credential.Certificate(CertificateHash.of(leaf)));
        assertThat(there.attributes())
                .contains(new Attributes(
                        device(id).address(),
                        leaf.getSerialNumber(),
                        leaf.getNotAfter().toInstant(),
                        device(id).enrolled()));
    }

    /** What a device has, and asks with. */
    public record Identity(String id, DeviceKey key, PeerKey peer) {}

    public Identity identity(String id) {
        return new Identity(id, DeviceKey.p256(), keys.peerKey());
    }

    public EnrollmentResult enroll(Identity identity) {
        return bridge.enroll(request(identity));
    }

    /** What a device without any certificate sends. */
    public static EnrollmentRequest request(Identity identity) {
        return EnrollmentRequest.of(
                        identity.id(),
                        CsrBuilder.forDevice(identity.id()).key(identity.key()).pem())
                .withPeerKey(identity.peer().base64());
    }

    /** Enrolls, and has everything done that follows. */
    public X509Certificate inService(Identity identity) {
        X509Certificate leaf = leaf(enroll(identity));
        settle();
        return leaf;
    }

    /** With a new key, signed with a certificate. */
    public EnrollmentResult renew(Identity identity, X509Certificate signer) {
        return bridge.enroll(signed(request(identity), signer));
    }

    /** Likewise, and the device is going to confirm it. */
    public EnrollmentResult renewConfirming(Identity identity, X509Certificate signer) {
        return bridge.enroll(signed(request(identity).confirming(), signer));
    }

    public static EnrollmentRequest signed(EnrollmentRequest request, X509Certificate signer) {
        String content = request.deviceId() + request.csrPem() + request.peerKey();
        return request.signed(new Signed(new Content(content.getBytes(StandardCharsets.UTF_8)), signer));
    }

    public ConfirmationResult confirm(String id, X509Certificate leaf) {
        return bridge.confirm(new Confirmation(
                id, leaf.getSerialNumber().toString(16), new Signed(new Content(new byte[0]), leaf), "test"));
    }

    public static X509Certificate leaf(EnrollmentResult answer) {
        assertThat(answer).isInstanceOf(EnrollmentResult.Enrolled.class);
        return Pem.parseCertificates(((EnrollmentResult.Enrolled) answer).certificatePem())
                .orThrow()
                .get(0);
    }

    public Device device(String id) {
        return store.find(new DeviceId(id)).orElseThrow();
    }

    public Lane lane(String id, Backend backend) {
        return queue.lanes(new DeviceId(id)).stream()
                .filter(lane -> lane.backend() == backend)
                .findFirst()
                .orElseThrow();
    }

    /** Runs what is due until nothing is, as hours pass. */
    public void settle() {
        for (int round = 0; round < 30; round++) {
            bridge.runDue();
            if (isSettled()) {
                return;
            }
            clock.tick(Duration.ofMinutes(round < 20 ? 1 : 30));
        }
        throw new AssertionError("not settled after hours: " + queue.list(Lane.State.DUE, Optional.empty(), 100)
                + queue.list(Lane.State.FAILED, Optional.empty(), 100));
    }

    private boolean isSettled() {
        return queue.list(Lane.State.DUE, Optional.empty(), 1).isEmpty()
                && queue.list(Lane.State.FAILED, Optional.empty(), 1).isEmpty();
    }

    /** The tunnel server has exactly the peers of devices in service, each at its own address. */
    public void assertTunnelIsAsItShouldBe() {
        Map<PeerKey, Set<String>> expected = store.desiredPeers().stream()
                .collect(Collectors.toMap(peer -> peer.key(), peer -> Set.of(peer.address() + "/32")));
        assertThat(peers.known()).isEqualTo(expected);
    }

    /** Out for good: no peer, no address of its own, no live certificate but those the receipt says it cannot know. */
    public void assertOutside(String id) {
        DeviceId name = new DeviceId(id);
        assertThat(device(id).state()).isEqualTo(DeviceState.DECOMMISSIONED);
        assertThat(peers.known().keySet()).doesNotContainAnyElementsOf(store.peerKeys(name));
        assertThat(store.peers().addresses()).doesNotContainKey(id);
        assertThat(store.certificates(name))
                .allSatisfy(certificate -> assertThat(certificate.revocation() == DeviceCertificate.Revocation.DONE
                                || !clock.instant().isBefore(certificate.notAfter()))
                        .as(certificate.toString())
                        .isTrue());
        long unknown = authority.issued().stream()
                .filter(leaf -> leaf.getSubjectX500Principal().getName().contains("CN=" + id))
                .filter(leaf -> clock.instant().isBefore(leaf.getNotAfter().toInstant()))
                .filter(leaf -> !authority.revoked().contains(leaf.getSerialNumber()))
                .count();
        assertThat(bridge.operations().receipt(name).orElseThrow().neverReceived())
                .hasSizeGreaterThanOrEqualTo((int) unknown);
        assertTunnelIsAsItShouldBe();
    }
}
