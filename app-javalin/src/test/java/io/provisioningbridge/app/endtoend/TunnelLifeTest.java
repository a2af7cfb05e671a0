package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.app.endtoend.TunnelSite.Outcome;
import io.provisioningbridge.testkit.server.HawkbitServer;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The life of a device as its operator sees it, from its first enrollment to the proof that it is out: packets go through a
 * real tunnel, or they do not; ThingsBoard's MQTT and a real hawkBit let it in, or they do not.
 */
@RequiresServer({
    "step-ca",
    "step",
    "dash",
    "bash",
    "openssl",
    "curl",
    "wg",
    "wg-quick",
    "wireguard-go",
    "ip",
    "ping",
    "unshare",
    "nsenter",
    HawkbitServer.PROGRAM
})
@TestMethodOrder(OrderAnnotation.class)
class TunnelLifeTest {

    // A device tries a handshake every 5 s, and gives up a session that is not answered after 15 s.
    private static final Duration LONGEST = Duration.ofSeconds(20);

    // Codes of MQTT 3.1.1.
    private static final int ACCEPTED = 0;
    private static final int NOT_AUTHORIZED = 5;

    @TempDir
    private static Path directory;

    private static TunnelSite site;
    private static TunnelDevice device;
    private static TunnelDevice other;

    @BeforeAll
    static void start() throws Exception {
        site = TunnelSite.openWithSystems(Files.createDirectory(directory.resolve("site")), "uapi");
        device = site.device(directory.resolve("device"), "device-1");
        other = site.device(directory.resolve("other"), "device-2");
    }

    @AfterAll
    static void stop() {
        if (site != null) {
            site.close();
        }
    }

    private static void awaitTunnel(TunnelDevice device) throws Exception {
        Await.until("the device reaches the server", LONGEST, device::reachesServer);
        Await.until("the server reaches the device", LONGEST, () -> site.reaches(device));
    }

    private static void assertSilence(TunnelDevice device) throws Exception {
        assertThat(site.peers()).doesNotContainKey(device.publicKey());
        assertThat(device.reachesServer()).isFalse();
        assertThat(site.reaches(device)).isFalse();
    }

    /** The device is a target, and gets in with its token. */
    private static void awaitTarget(TunnelDevice device) throws Exception {
        String id = device.disk().id();
        Await.until("hawkBit lets " + id + " in", () -> device.poll().equals("200"));
        JsonNode target = site.systems().target(id);
        assertThat(target.path("name").asText()).isEqualTo(id);
        assertThat(device.disk().text("services.env"))
                .contains(
                        "HAWKBIT_TARGET_TOKEN=\"" + target.path("securityToken").asText() + "\"");
    }

    private static void assertAttributes(TunnelDevice device) throws Exception {
        String id = device.disk().id();
        X509Certificate certificate = device.disk().certificate();
        assertThat(site.systems().attribute(id, "tunnelAddress").asText()).isEqualTo(device.address());
        assertThat(site.systems().attribute(id, "certificateSerial").asText())
                .isEqualTo("sn:" + certificate.getSerialNumber().toString(16));
        assertThat(site.systems().attribute(id, "certificateNotAfter").asLong())
                .isEqualTo(certificate.getNotAfter().toInstant().toEpochMilli());
    }

    private static JsonNode asOperatorsSeeIt(String id) throws Exception {
        return new ObjectMapper()
                .readTree(
                        site.bridge("devices", "show", id, "--json").succeeded().output());
    }

    private static void assertForeignPeerIsThere() {
        assertThat(site.peers()).containsValue(TunnelSite.FOREIGN_ADDRESS);
    }

    @Test
    @Order(1)
    void enrolledDeviceShouldReachTheServerAndBeReached() throws Exception {
        device.enroll();
        device.bringTunnelUp();

        awaitTunnel(device);
        assertThat(site.peers()).containsEntry(device.publicKey(), device.address() + "/32");
        assertForeignPeerIsThere();
    }

    @Test
    @Order(2)
    void firstConnectionShouldMakeItATarget() throws Exception {
        Await.until("ThingsBoard knows the device", () -> site.systems().hasDevice("device-1"));
        assertThat(site.systems().target("device-1").isMissingNode())
                .as("nobody has seen it yet")
                .isTrue();
        assertThat(device.poll()).isEqualTo("401");

        assertThat(device.connect()).isEqualTo(ACCEPTED);

        Await.until("it is a target", () -> !site.systems().target("device-1").isMissingNode());
        // Once it has asked for updates, hawkBit puts there where it asked from.
        assertThat(site.systems().target("device-1").path("address").asText()).endsWith("/" + device.address());
        awaitTarget(device);
        assertThat(asOperatorsSeeIt("device-1").path("state").asText()).isEqualTo("connected");
        assertAttributes(device);
    }

    @Test
    @Order(3)
    void newCertificateKeyShouldLeaveTheTunnelAsItIsAndTakeThePlaceOfTheOldOneOnThePlatform() throws Exception {
        X509Certificate certificate = device.disk().certificate();
        String tunnel = device.disk().text("wg0.conf");
        Path old = device.copyOfIdentity();

        device.enrollAgain();

        assertThat(device.disk().certificate().getPublicKey()).isNotEqualTo(certificate.getPublicKey());
        assertThat(device.disk().text("wg0.conf")).isEqualTo(tunnel);
        awaitTunnel(device);
        Await.until("the new certificate is let in", () -> device.connect() == ACCEPTED);
        assertThat(device.connectAs(old)).isEqualTo(NOT_AUTHORIZED);
        awaitTarget(device);
        Await.until(
                "the attributes are of the new certificate",
                () -> site.systems()
                        .attribute("device-1", "certificateSerial")
                        .asText()
                        .endsWith(device.disk().certificate().getSerialNumber().toString(16)));
        assertAttributes(device);
    }

    @Test
    @Order(4)
    void newWireGuardKeyShouldTakeThePlaceOfTheOldOneAtTheSameAddress() throws Exception {
        String address = device.address();
        String key = device.publicKey();
        Files.delete(device.disk().file("wireguard.key"));
        Files.delete(device.disk().file("wg0.conf"));

        device.enrollAgain();
        device.bringTunnelUp();

        assertThat(device.address()).isEqualTo(address);
        assertThat(device.publicKey()).isNotEqualTo(key);
        awaitTunnel(device);
        assertThat(site.peers()).doesNotContainKey(key).hasSize(2);
        assertForeignPeerIsThere();
    }

    @Test
    @Order(5)
    void suspendedDeviceShouldBeShutOutUntilItIsResumed() throws Exception {
        site.bridge("devices", "suspend", "device-1", "--reason", "stolen?").succeeded();
        Await.until("the peer is gone", LONGEST, () -> !site.peers().containsKey(device.publicKey()));
        assertSilence(device);
        assertForeignPeerIsThere();
        Await.until("MQTT refuses it", () -> device.connect() == NOT_AUTHORIZED);
        Await.until("hawkBit refuses it", () -> device.poll().equals("401"));

        site.bridge("devices", "resume", "device-1", "--reason", "found").succeeded();
        awaitTunnel(device);
        Await.until("MQTT lets it in", () -> device.connect() == ACCEPTED);
        awaitTarget(device);
    }

    @Test
    @Order(6)
    void decommissionedDeviceShouldBeOutWithProof() throws Exception {
        other.enroll();
        other.bringTunnelUp();
        awaitTunnel(other);
        Await.until("MQTT lets the other one in", () -> other.connect() == ACCEPTED);
        awaitTarget(other);

        Outcome decommissioned = site.bridge("devices", "decommission", "device-1", "--reason", "sold", "--wait", "60")
                .succeeded();

        assertThat(decommissioned.output()).containsPattern("complete +yes");
        assertSilence(device);
        assertThat(device.connect()).isEqualTo(NOT_AUTHORIZED);
        assertThat(device.poll()).isEqualTo("401");
        assertThat(site.systems().hasDevice("device-1")).isFalse();
        assertThat(site.systems().target("device-1").isMissingNode()).isTrue();
        awaitTunnel(other);
        assertThat(other.connect()).isEqualTo(ACCEPTED);
        assertThat(other.poll()).isEqualTo("200");
        assertForeignPeerIsThere();
        assertReceiptIsGenuineFarFromAnyBridge();
        assertThat(site.renewAtStepCa(device.disk())).as("of the revoked one").isEqualTo("401");
        assertThat(site.renewAtStepCa(other.disk())).as("of the other one").isEqualTo("201");
        Files.delete(device.disk().file("enrolled"));
        assertThat(device.tryToEnroll().status())
                .as("of enroll.sh, told that it is out of service")
                .isEqualTo(14);
    }

    private static void assertReceiptIsGenuineFarFromAnyBridge() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path receipt = elsewhere.resolve("device-1.receipt");
        Path key = elsewhere.resolve("key.pem");
        site.bridge("devices", "receipt", "device-1", "--output", receipt.toString())
                .succeeded();
        Files.copy(directory.resolve("site/data/signing-key.pub.pem"), key);

        Outcome verified = TunnelSite.bridgeElsewhere(
                        elsewhere, "receipt", "verify", receipt.toString(), "--key", key.toString())
                .succeeded();

        assertThat(verified.output())
                .startsWith("Genuine")
                .containsPattern("certificate-authority: done\n.*\n +observed:")
                .containsPattern("tunnel: done\n.*\n +observed:")
                .containsPattern("update-server: done\n.*\n +observed:")
                .containsPattern("platform: done\n.*\n +observed:")
                .contains("Renewal behind the bridge: possible");
    }

    @Test
    @Order(7)
    void peersShouldComeBackWhenBridgeAndInterfaceAreMadeAnew() throws Exception {
        site.killBridge();
        site.loseServer();
        assertThat(other.reachesServer()).isFalse();

        site.bringServerUp();
        site.startBridge();

        awaitTunnel(other);
        assertThat(site.peers())
                .containsEntry(other.publicKey(), other.address() + "/32")
                .hasSize(2);
        assertForeignPeerIsThere();
    }
}
