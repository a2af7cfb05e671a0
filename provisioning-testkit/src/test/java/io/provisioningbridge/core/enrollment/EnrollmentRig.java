package io.provisioningbridge.core.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryPeerDirectory;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A bridge over in-memory ports, a clock that is moved by hand and a plan of faults. */
final class EnrollmentRig {

    // Thousands of planned failures would hide a real one in the test's output. Held, since loggers are collected.
    private static final Logger QUIET = Logger.getLogger("io.provisioningbridge.core");

    static {
        QUIET.setLevel(Level.OFF);
    }

    static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    final SettableClock clock = new SettableClock(START);
    final FaultPlan faults = new FaultPlan();
    final InMemoryCertificateAuthority authority = new InMemoryCertificateAuthority(clock, faults, Duration.ofDays(30));
    final InMemoryTunnelConfigWriter tunnel = new InMemoryTunnelConfigWriter();
    final InMemoryPeerDirectory directory = new InMemoryPeerDirectory(faults);
    final InMemoryTunnelPeers peers = new InMemoryTunnelPeers(faults);
    final InMemoryDeviceStore store;
    final ProvisioningBridge bridge;

    EnrollmentRig() {
        this("10.8.0.0/24");
    }

    EnrollmentRig(String pools) {
        this(pools, Reenrollment.PROOF);
    }

    EnrollmentRig(String pools, Reenrollment rule) {
        store = new InMemoryDeviceStore(AddressPools.parse(pools).orThrow(), faults);
        bridge = ProvisioningBridge.builder()
                .store(store)
                .authority(authority)
                .csrReader(new SimpleCsrReader())
                .tunnelConfigWriter(tunnel)
                .workQueue(store.workQueue())
                .tunnelPeers(peers)
                .peerDirectory(directory)
                .policy(EnrollmentPolicy.open(Set.of("vpn.example.com")).with(rule))
                .clock(clock)
                // Nothing takes any time: what is due is done at once.
                .nanos(() -> 0)
                .random(new Random(7))
                .build();
    }

    EnrollmentResult enroll(String id, CsrBuilder csr) {
        return bridge.enroll(EnrollmentRequest.of(id, csr.pem()));
    }

    EnrollmentResult enroll(String id, CsrBuilder csr, String peerKey) {
        return bridge.enroll(EnrollmentRequest.of(id, csr.pem()).withPeerKey(peerKey));
    }

    int signs() {
        return faults.calls("sign");
    }

    List<DeviceCertificate> certificates(String id) {
        return store.certificates(new DeviceId(id));
    }

    List<DeviceCertificate> dueForRevocation(String id) {
        return certificates(id).stream()
                .filter(certificate -> certificate.revocation() == DeviceCertificate.Revocation.DUE)
                .toList();
    }

    List<IssuanceIntent> intents(String id) {
        return store.intents(new DeviceId(id));
    }

    static EnrollmentResult.Enrolled enrolled(EnrollmentResult result) {
        assertThat(result).isInstanceOf(EnrollmentResult.Enrolled.class);
        return (EnrollmentResult.Enrolled) result;
    }

    static RefusalReason refusal(EnrollmentResult result) {
        assertThat(result).isInstanceOf(EnrollmentResult.Refused.class);
        assertThat(((EnrollmentResult.Refused) result).detail()).isNotBlank();
        return ((EnrollmentResult.Refused) result).reason();
    }

    static DeferralReason deferral(EnrollmentResult result) {
        assertThat(result).isInstanceOf(EnrollmentResult.Deferred.class);
        assertThat(((EnrollmentResult.Deferred) result).retryAfter()).isPositive();
        return ((EnrollmentResult.Deferred) result).reason();
    }
}
