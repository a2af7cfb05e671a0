package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.adapter.wireguard.CdmPeersFile;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.drift.Finding;
import io.provisioningbridge.core.drift.FindingType;
import io.provisioningbridge.core.port.CertificateAuthority.Revocation;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.HawkbitServer;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import io.provisioningbridge.testkit.server.WireGuardServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each type of drift, made in the system itself past the bridge: it is reported, repaired, and gone; or left alone. */
@RequiresServer({HawkbitServer.PROGRAM, "step-ca", "step", "wireguard-go", "wg", "ip", "unshare", "nsenter"})
class DriftAtRealSystemsTest {

    private static final Seeded SEEDED = new Seeded(815);
    private static final StepCaProvisioner PROVISIONER = StepCaProvisioner.of("iot-bridge", "iot-bridge")
            .lifetimes(Duration.ofMinutes(5), Duration.ofDays(60), Duration.ofDays(90));

    private static StepCaServer stepCa;
    private static WireGuardServer tunnel;
    private static HawkbitServer hawkbit;

    @TempDir
    private Path directory;

    private DriftSite site;

    @BeforeAll
    static void startServers() {
        hawkbit = HawkbitServer.start(List.of());
        stepCa = StepCaServer.oneIntermediate(PROVISIONER);
        tunnel = WireGuardServer.start(Subnet.parse("10.8.0.0/24").orThrow(), SEEDED.peerKeyPair());
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
        site = new DriftSite(directory, stepCa, "iot-bridge", tunnel, hawkbit, ThingsBoardMode.MANAGED);
    }

    @AfterEach
    void closeSite() {
        site.close();
    }

    @Test
    void missingPeerShouldBeRepaired() {
        site.connected("peer-1");
        tunnel.removeAll();

        site.assertRepaired("peer-1", FindingType.MISSING_PEER);
        assertThat(tunnel.allowedIps()).containsOnlyKeys(peer("peer-1"));
    }

    @Test
    void peerAtAnotherAddressShouldBeRepaired() {
        site.connected("peer-2");
        tunnel.add(peer("peer-2"), Set.of("10.8.0.77/32"));

        site.assertRepaired("peer-2", FindingType.WRONG_PEER);
    }

    @Test
    void peerOfADeviceOutOfServiceShouldBeRepaired() {
        site.connected("peer-3");
        PeerKey key = peer("peer-3");
        site.decommission("peer-3");
        tunnel.add(key, Set.of("10.8.0.2/32"));

        site.assertRepaired("peer-3", FindingType.UNWANTED_PEER);
        assertThat(tunnel.allowedIps()).isEmpty();
    }

    @Test
    void peerOfOthersShouldBeLeftAlone() {
        site.connected("peer-4");
        PeerKey theirs = SEEDED.peerKey();
        tunnel.add(theirs, Set.of("10.8.0.200/32"));

        site.assertLeftAlone(theirs.base64(), FindingType.ORPHAN_PEER);
        assertThat(tunnel.allowedIps()).containsEntry(theirs, Set.of("10.8.0.200/32"));
    }

    @Test
    void entriesOfThePeersFileShouldBeRepaired() throws IOException {
        site.connected("entry-1");
        site.connected("entry-2");
        site.connected("entry-3");
        String past = site.device("entry-1").address().toString();
        site.decommission("entry-1");
        site.assertFound("entry-1");
        String right = Files.readString(peersFile());
        Files.writeString(peersFile(), "{\"entry-1\":\"" + past + "\",\"entry-2\":\"10.8.0.99\"}");

        site.assertFound("entry-1", FindingType.UNWANTED_ENTRY);
        site.assertFound("entry-2", FindingType.WRONG_ENTRY);
        site.assertRepaired("entry-3", FindingType.MISSING_ENTRY);
        site.assertFound("entry-1");
        site.assertFound("entry-2");
        assertThat(peersFile()).content().isEqualTo(right);
    }

    @Test
    void peersFileThatCannotBeReadShouldBeRepaired() throws IOException {
        site.connected("entry-4");
        site.assertFound("entry-4");
        String right = Files.readString(peersFile());
        Files.writeString(peersFile(), right.substring(0, right.length() - 4));

        site.assertFound("the peer directory", FindingType.BROKEN_DIRECTORY);
        site.bridge.drift().repair("alice");
        site.assertFound("the peer directory");
        assertThat(peersFile()).content().isEqualTo(right);
    }

    @Test
    void entryOfOthersShouldBeLeftAlone() throws IOException {
        site.connected("entry-5");
        site.assertFound("entry-5");
        String theirs = "{\"somebody-else\":\"10.8.0.99\"}";
        Files.writeString(peersFile(), theirs);

        site.assertLeftAlone("somebody-else", FindingType.ORPHAN_ENTRY);
        assertThat(peersFile()).content().isEqualTo(theirs);
    }

    @Test
    void missingTargetShouldBeRepaired() {
        site.connected("target-1");
        manage("DELETE", "/targets/target-1", "");

        site.assertRepaired("target-1", FindingType.MISSING_TARGET);
        manage("GET", "/targets/target-1", "");
    }

    @Test
    void targetWithAnotherNameAndTokenShouldBeRepaired() {
        site.connected("target-2");
        String token = token("target-2");
        manage("PUT", "/targets/target-2", "{\"name\":\"another\",\"securityToken\":\"0123456789\"}");

        assertThat(site.found("target-2"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.detail()).isEqualTo("another name, token"));
        site.assertRepaired("target-2", FindingType.WRONG_TARGET);
        assertThat(token("target-2")).isEqualTo(token);
    }

    @Test
    void addressThatAPollOverwritesShouldBeNoFinding() {
        hawkbit.configure("authentication.targettoken.enabled", "true");
        site.connected("target-3");
        assertThat(hawkbit.poll("target-3", "TargetToken " + token("target-3"))).isEqualTo(200);
        assertThat(manage("GET", "/targets/target-3", "")).contains("127.0.0.1");

        site.assertFound("target-3");
    }

    @Test
    void targetOfADeviceOutOfServiceShouldBeRepaired() {
        site.connected("target-4");
        site.decommission("target-4");
        manage("POST", "/targets", "[{\"controllerId\":\"target-4\",\"name\":\"back\"}]");

        site.assertRepaired("target-4", FindingType.ZOMBIE_TARGET);
        assertThat(hawkbit.manage("GET", "/targets/target-4", "").statusCode()).isEqualTo(404);
    }

    @Test
    void targetOfOthersShouldBeLeftAlone() {
        manage("POST", "/targets", "[{\"controllerId\":\"their-target\",\"name\":\"theirs\"}]");

        site.assertLeftAlone("their-target", FindingType.ORPHAN_TARGET);
        manage("GET", "/targets/their-target", "");
    }

    @Test
    void missingPlatformDeviceShouldBeRepaired() {
        List<X509Certificate> chain = site.connected("things-1");
        site.atThingsBoard("DELETE", "/api/device/" + site.thingsBoardId("things-1"), "");

        site.assertRepaired("things-1", FindingType.MISSING_PLATFORM_DEVICE);
        assertThat(site.thingsBoard.connect(chain)).isTrue();
    }

    @Test
    void platformDeviceOutOfServiceShouldBeRepaired() {
        List<X509Certificate> chain = site.connected("things-2");
        JsonNode profile = site.atThingsBoard("GET", "/api/device/" + site.thingsBoardId("things-2"), "")
                .path("deviceProfileId");
        site.decommission("things-2");
        site.atThingsBoard(
                "POST",
                "/api/device-with-credentials",
                "{\"device\":{\"name\":\"things-2\",\"deviceProfileId\":" + profile
                        + "},\"credentials\":{\"credentialsType\":\"X509_CERTIFICATE\",\"credentialsValue\":\""
                        + Pem.of(chain.get(0)).replace("\n", "\\n") + "\"}}");
        assertThat(site.thingsBoard.connect(chain)).isTrue();

        site.assertRepaired("things-2", FindingType.ZOMBIE_PLATFORM_DEVICE);
        assertThat(site.thingsBoard.connect(chain)).isFalse();
    }

    @Test
    void staleCredentialShouldBeRepaired() {
        List<X509Certificate> chain = site.connected("things-3");
        ObjectNode credentials = (ObjectNode)
                site.atThingsBoard("GET", "/api/device/" + site.thingsBoardId("things-3") + "/credentials", "");
        credentials.put("credentialsType", "ACCESS_TOKEN").put("credentialsId", "somebody's token");
        credentials.putNull("credentialsValue");
        site.atThingsBoard("POST", "/api/device/credentials", credentials.toString());
        assertThat(site.thingsBoard.connect(chain)).isFalse();

        site.assertRepaired("things-3", FindingType.STALE_CREDENTIAL);
        assertThat(site.thingsBoard.connect(chain)).isTrue();
    }

    @Test
    void wrongAttributeShouldBeRepaired() {
        site.connected("things-4");
        String attributes = "/api/plugins/telemetry/DEVICE/" + site.thingsBoardId("things-4");
        site.atThingsBoard("POST", attributes + "/SERVER_SCOPE", "{\"tunnelAddress\":\"10.8.0.99\"}");

        assertThat(site.found("things-4"))
                .singleElement()
                .extracting(Finding::detail)
                .asString()
                .contains("10.8.0.99");
        site.assertRepaired("things-4", FindingType.WRONG_ATTRIBUTE);
    }

    @Test
    void platformDeviceOfOthersShouldBeLeftAlone() {
        site.connected("things-5");
        JsonNode profile = site.atThingsBoard("GET", "/api/device/" + site.thingsBoardId("things-5"), "")
                .path("deviceProfileId");
        site.atThingsBoard("POST", "/api/device", "{\"name\":\"somebody else's\",\"deviceProfileId\":" + profile + "}");

        site.assertLeftAlone("somebody else's", FindingType.ORPHAN_PLATFORM_DEVICE);
    }

    @Test
    void connectionThatNobodyToldOfShouldBeNoticedByTheRepair() {
        site.connect(site.enrolled("things-6"));

        site.assertRepaired("things-6", FindingType.UNNOTICED_CONNECTION);
        manage("GET", "/targets/things-6", "");
    }

    @Test
    void deviceDeletedAtThingsBoardShouldBeReportedByALook() {
        site.connected("things-7");
        site.assertFound("things-7");
        site.atThingsBoard("DELETE", "/api/device/" + site.thingsBoardId("things-7"), "");

        site.bridge.drift().look(new DeviceId("things-7"));
        assertThat(site.bridge.drift().runDue()).isOne();

        assertThat(site.bridge.drift().report().orElseThrow().findings())
                .filteredOn(finding -> finding.subject().equals("things-7"))
                .extracting(Finding::type)
                .containsExactly(FindingType.MISSING_PLATFORM_DEVICE);
    }

    @Test
    void certificateThatCouldNotBeRevokedShouldBeRepaired() {
        X509Certificate leaf = site.connected("live-1").get(0);
        site.authority.refuseToRevoke(true);
        site.bridge.operations().decommission(new DeviceId("live-1"), "alice", "");
        site.bridge.runDue();
        assertThat(site.lane("live-1", Backend.CERTIFICATE_AUTHORITY)).isEqualTo(Lane.State.FAILED);
        site.authority.refuseToRevoke(false);

        site.assertRepaired("live-1", FindingType.LIVE_CERTIFICATE);
        assertThat(site.authority.revoke(leaf.getSerialNumber())).isEqualTo(Revocation.ALREADY_REVOKED);
    }

    @Test
    void certificateThatIsNotRenewedShouldBeReportedUntilItIs() {
        List<X509Certificate> chain = site.connected("late-1");
        site.clock.set(chain.get(0).getNotAfter().toInstant().minus(Duration.ofDays(9)));

        site.assertLeftAlone("late-1", FindingType.EXPIRING_CERTIFICATE);

        stepCa.stop();
        stepCa.provisioners(PROVISIONER.lifetimes(Duration.ofMinutes(5), Duration.ofDays(300), Duration.ofDays(300)));
        stepCa.start();
        site.renewed("late-1", chain);
        site.assertFound("late-1");
    }

    @Test
    void deviceThatIsNotSeenShouldBeReportedUntilItConnects() {
        List<X509Certificate> chain = site.enrolled("unseen-1");
        site.assertFound("unseen-1");
        site.clock.tick(Duration.ofHours(24));

        site.assertLeftAlone("unseen-1", FindingType.NEVER_SEEN);

        site.connect(chain);
        site.bridge.connected(new DeviceId("unseen-1"), "test");
        site.settle("unseen-1");
        site.assertFound("unseen-1");
    }

    private PeerKey peer(String id) {
        return site.device(id).peer().key();
    }

    private Path peersFile() {
        return directory.resolve(CdmPeersFile.NAME);
    }

    private static String token(String target) {
        String json = manage("GET", "/targets/" + target, "");
        return json.replaceAll(".*\"securityToken\":\"([^\"]*)\".*", "$1");
    }

    private static String manage(String method, String path, String body) {
        var answer = hawkbit.manage(method, path, body);
        assertThat(answer.statusCode() / 100).as(answer.body()).isEqualTo(2);
        return answer.body();
    }
}
