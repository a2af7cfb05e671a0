package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.drift.FindingType;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.HawkbitServer;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import io.provisioningbridge.testkit.server.WireGuardServer;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What differs at a ThingsBoard that takes every certificate of the authority's: reported, repaired, and gone. */
@RequiresServer({HawkbitServer.PROGRAM, "step-ca", "step", "wireguard-go", "wg", "ip", "unshare", "nsenter"})
class DriftInChainModeTest {

    private static StepCaServer stepCa;
    private static WireGuardServer tunnel;
    private static HawkbitServer hawkbit;

    @TempDir
    private Path directory;

    private DriftSite site;

    @BeforeAll
    static void startServers() {
        hawkbit = HawkbitServer.start(List.of());
        stepCa = StepCaServer.oneIntermediate(StepCaProvisioner.of("iot-bridge", "iot-bridge")
                .lifetimes(Duration.ofMinutes(5), Duration.ofDays(60), Duration.ofDays(90)));
        tunnel = WireGuardServer.start(Subnet.parse("10.8.0.0/24").orThrow(), new Seeded(816).peerKeyPair());
    }

    @AfterAll
    static void stopServers() {
        if (tunnel != null) {
            tunnel.close();
        }
        if (stepCa != null) {
            stepCa.close();
        }
        if (hawkbit != null) {
            hawkbit.close();
        }
    }

    @BeforeEach
    void openSite() {
        tunnel.removeAll();
        site = new DriftSite(directory, stepCa, "iot-bridge", tunnel, hawkbit, ThingsBoardMode.CHAIN);
    }

    @AfterEach
    void closeSite() {
        site.close();
    }

    /** Whoever has a copy of the old key only has to connect. */
    @Test
    void supersededCertificateThatTookItsDeviceBackShouldBeRepaired() {
        List<X509Certificate> old = site.connected("chain-1");
        List<X509Certificate> renewed = site.renewed("chain-1", old);
        site.assertFound("chain-1");
        String right = credential("chain-1").path("credentialsId").textValue();

        site.connect(old);
        assertThat(credential("chain-1").path("credentialsId").textValue()).isNotEqualTo(right);

        site.assertRepaired("chain-1", FindingType.STALE_CREDENTIAL);
        assertThat(credential("chain-1").path("credentialsId").textValue()).isEqualTo(right);
        assertThat(site.thingsBoard.connect(renewed.subList(0, 1))).isTrue();
    }

    @Test
    void credentialOfASuspendedDeviceThatSomebodyRestoredShouldBeRepaired() {
        List<X509Certificate> chain = site.connected("chain-2");
        assertThat(site.bridge.operations().suspend(new DeviceId("chain-2"), "alice", ""))
                .isInstanceOf(LifecycleResult.Settled.class);
        site.settle("chain-2");
        assertThat(site.thingsBoard.connect(chain)).isFalse();
        site.assertFound("chain-2");

        ObjectNode credential = credential("chain-2");
        credential.put("credentialsType", "X509_CERTIFICATE").put("credentialsValue", Pem.of(chain.get(0)));
        credential.putNull("credentialsId");
        site.atThingsBoard("POST", "/api/device/credentials", credential.toString());
        assertThat(site.thingsBoard.connect(chain)).isTrue();

        site.assertRepaired("chain-2", FindingType.ZOMBIE_PLATFORM_DEVICE);
        assertThat(site.thingsBoard.connect(chain)).isFalse();
    }

    private ObjectNode credential(String id) {
        return (ObjectNode) site.atThingsBoard("GET", "/api/device/" + site.thingsBoardId(id) + "/credentials", "");
    }
}
