package io.provisioningbridge.examples;

import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryPeerDirectory;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.io.PrintStream;
import java.time.InstantSource;

/**
 * The bridge inside another program: no server, no thread, no file. Replace the in-memory ports by adapters, or by classes
 * of your own that pass the test kit's contracts, and call {@link ProvisioningBridge#runDue} from your scheduler.
 */
public final class EmbeddedBridge {

    private EmbeddedBridge() {}

    public static void main(String[] args) {
        run(System.out);
    }

    static void run(PrintStream out) {
        InMemoryPeerDirectory directory = new InMemoryPeerDirectory();
        InMemoryDeviceStore store =
                new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow());
        InMemoryTunnelPeers peers = new InMemoryTunnelPeers();
        try (ProvisioningBridge bridge = ProvisioningBridge.builder()
                .store(store)
                .workQueue(store.workQueue())
                .authority(new InMemoryCertificateAuthority(InstantSource.system()))
                .csrReader(new SimpleCsrReader())
                .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
                .tunnelPeers(peers)
                .peerDirectory(directory)
                .build()) {
            out.println(enroll(bridge, "pump-7", CsrBuilder.forDevice("pump-7")));
            out.println(enroll(bridge, "pump-7", CsrBuilder.forDevice("somebody-else")));
            bridge.runDue();
            out.println("addresses: " + directory.addresses());
            out.println("peers at the tunnel server: " + peers.known().size());
        }
    }

    private static String enroll(ProvisioningBridge bridge, String id, CsrBuilder csr) {
        EnrollmentResult result = bridge.enroll(EnrollmentRequest.of(id, csr.pem()));
        return result.fold(
                enrolled -> enrolled.deviceId() + " has " + enrolled.address() + " and a certificate until "
                        + enrolled.notAfter(),
                refused -> id + " was refused: " + refused.detail(),
                deferred -> id + " has to come back in " + deferred.retryAfter().toSeconds() + " s");
    }
}
