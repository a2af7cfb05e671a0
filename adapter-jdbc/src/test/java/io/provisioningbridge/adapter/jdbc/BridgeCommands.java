package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.decommission.DecommissionReceipt;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.enrollment.Confirmation;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.SignedRequestReader.Content;
import io.provisioningbridge.core.port.SignedRequestReader.Reading.Signed;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.core.postconnect.ConnectionResult;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A bridge that is told what to do in words: the time, the name of an operation and what it needs. It is the same in the
 * process that is killed and in the one that comes after it.
 */
final class BridgeCommands {

    /** Small enough that an address that got lost would soon be missed. */
    static final AddressPools POOLS = AddressPools.parse("10.8.0.0/28").orThrow();

    private final SettableClock clock;
    private final WorkQueue queue;
    private final ProvisioningBridge bridge;

    BridgeCommands(
            SettableClock clock,
            DeviceStore store,
            WorkQueue queue,
            CertificateAuthority authority,
            TunnelPeers tunnelServer,
            UpdateServer updateServer,
            DevicePlatform platform) {
        this.clock = clock;
        this.queue = queue;
        this.bridge = ProvisioningBridge.builder()
                .store(store)
                .workQueue(queue)
                .authority(authority)
                .tunnelPeers(tunnelServer)
                .updateServer(updateServer)
                .platform(platform)
                .targetTokens(true)
                .csrReader(new SimpleCsrReader())
                .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
                .clock(clock)
                .build();
    }

    List<String> execute(List<String> command) {
        clock.set(Instant.parse(command.get(0)));
        String operation = command.get(1);
        return switch (operation) {
            case "run" -> List.of(Integer.toString(bridge.runDue()));
            case "settled" -> List.of(Boolean.toString(isSettled()));
            case "enroll" -> answer(bridge.enroll(request(command)));
            case "confirm" -> answer(bridge.confirm(confirmation(command)));
            case "connected" -> answer(bridge.connected(new DeviceId(command.get(2)), "webhook"));
            default -> answer(change(operation, new DeviceId(command.get(2))));
        };
    }

    Optional<DecommissionReceipt> receipt(DeviceId id) {
        return bridge.operations().receipt(id);
    }

    private boolean isSettled() {
        return queue.list(Lane.State.DUE, Optional.empty(), 1).isEmpty()
                && queue.list(Lane.State.FAILED, Optional.empty(), 1).isEmpty();
    }

    /** Id, CSR, WireGuard key; and the signer's certificate, if it is signed. */
    private static EnrollmentRequest request(List<String> command) {
        EnrollmentRequest plain =
                EnrollmentRequest.of(command.get(2), command.get(3)).withPeerKey(command.get(4));
        if (command.size() == 5) {
            return plain;
        }
        String content = String.join(" ", command.subList(2, 5));
        return plain.confirming().signed(signed(content, command.get(5)));
    }

    /** Id and the certificate that is confirmed, and signs. */
    private static Confirmation confirmation(List<String> command) {
        Signed signed = signed("", command.get(3));
        return new Confirmation(
                command.get(2), signed.signer().getSerialNumber().toString(16), signed, "test");
    }

    private static Signed signed(String content, String signerPem) {
        X509Certificate signer = Pem.parseCertificates(signerPem).orThrow().get(0);
        return new Signed(new Content(content.getBytes(StandardCharsets.UTF_8)), signer);
    }

    private LifecycleResult change(String operation, DeviceId id) {
        return switch (operation) {
            case "suspend" -> bridge.operations().suspend(id, "alice", "");
            case "resume" -> bridge.operations().resume(id, "alice", "");
            case "decommission" -> bridge.operations().decommission(id, "alice", "");
            default -> throw new IllegalArgumentException(operation);
        };
    }

    private static List<String> answer(EnrollmentResult result) {
        return result.fold(
                enrolled -> List.of(
                        "acknowledged",
                        enrolled.certificatePem(),
                        enrolled.address().toString()),
                refused -> List.of(refused.toString()),
                deferred -> List.of(deferred.toString()));
    }

    private static List<String> answer(ConfirmationResult result) {
        return List.of(result instanceof ConfirmationResult.Confirmed ? "acknowledged" : result.toString());
    }

    private static List<String> answer(ConnectionResult result) {
        boolean refused = result instanceof ConnectionResult.Ignored || result instanceof ConnectionResult.Refused;
        return List.of(refused ? result.toString() : "acknowledged");
    }

    private static List<String> answer(LifecycleResult result) {
        return List.of(result instanceof LifecycleResult.Settled ? "acknowledged" : result.toString());
    }
}
