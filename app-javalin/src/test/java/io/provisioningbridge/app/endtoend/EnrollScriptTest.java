package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.app.endtoend.ScriptedDevice.Running;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a device by its own scripts: first boot, renewal, loss. */
@RequiresServer({"step-ca", "step", "dash", "busybox", "openssl", "curl"})
class EnrollScriptTest {

    @TempDir
    private static Path directory;

    private static BridgeAtStepCa bridge;

    @TempDir
    private Path disk;

    @BeforeAll
    static void start() {
        bridge = BridgeAtStepCa.start(directory, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    private ScriptedDevice device(DeviceShell shell, String name) throws Exception {
        bridge.relay().mend();
        return bridge.device(shell, disk, name + "-" + shell.name().toLowerCase(Locale.ROOT));
    }

    private static Run succeed(Run run) {
        assertThat(run.status()).as(run.log()).isZero();
        return run;
    }

    @ParameterizedTest
    @EnumSource
    void firstBootShouldLeaveAnIdentityThatWorks(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "first");

        Run run = succeed(device.enroll());

        device.assertWhole();
        X509Certificate certificate = device.certificate();
        assertThat(certificate.getSubjectX500Principal()).hasToString("CN=" + device.id());
        assertThat(run.keyHash()).isEqualTo(device.keyHash());
        assertThat(device.text("device-chain.crt")).isEqualTo(device.text("device.crt") + device.text("ca-chain.crt"));
        assertThat(bridge.peers()).containsKey(device.id());
        assertThat(device.address()).isEqualTo("Address = " + bridge.peers().get(device.id()) + "/32");
        assertThat(run.log()).doesNotContain("PRIVATE", device.text("wireguard.key").strip());
    }

    @ParameterizedTest
    @EnumSource
    void enrolledDeviceShouldNotNeedTheNetwork(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "offline");
        succeed(device.enroll());
        String flag = device.text("enrolled");
        bridge.relay().cut();
        int connections = bridge.relay().connections();

        Run again = succeed(device.enroll());
        Run notDue = succeed(device.renew());

        assertThat(again.log()).contains("is enrolled");
        assertThat(notDue.log()).contains("not due");
        assertThat(device.text("enrolled")).isEqualTo(flag);
        assertThat(bridge.relay().connections()).isEqualTo(connections);
    }

    @ParameterizedTest
    @EnumSource
    void removedFlagShouldGiveANewKeyAtTheSameAddressWithoutAnOperator(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "again");
        succeed(device.enroll());
        X509Certificate first = device.certificate();
        String tunnel = device.text("wg0.conf");
        Files.delete(device.file("enrolled"));

        succeed(device.enroll());

        device.assertWhole();
        assertThat(device.certificate().getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(device.certificate().getSubjectX500Principal()).isEqualTo(first.getSubjectX500Principal());
        assertThat(device.text("wg0.conf")).as("address and WireGuard key").isEqualTo(tunnel);
        assertThat(bridge.peers()).containsKey(device.id());
    }

    @ParameterizedTest
    @EnumSource
    void lostWireGuardKeyShouldBeReplacedWithProof(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "tunnel");
        succeed(device.enroll());
        String address = device.address();
        String tunnel = device.text("wg0.conf");
        Files.delete(device.file("wireguard.key"));
        Files.delete(device.file("wg0.conf"));

        succeed(device.enroll());

        device.assertWhole();
        assertThat(device.text("wg0.conf")).isNotEqualTo(tunnel);
        assertThat(device.address()).isEqualTo(address);
    }

    @ParameterizedTest
    @EnumSource
    void renewalShouldChangeTheKeyAndKeepTheTunnel(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "renewal");
        succeed(device.enroll());
        X509Certificate first = device.certificate();
        String tunnel = device.text("wg0.conf");

        succeed(device.renew("--now"));
        X509Certificate second = device.certificate();
        succeed(device.renew("--now"));

        device.assertWhole();
        assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(device.certificate().getPublicKey()).isNotEqualTo(second.getPublicKey());
        assertThat(device.text("wg0.conf")).isEqualTo(tunnel);
    }

    @ParameterizedTest
    @EnumSource
    void renewalShouldKeepThePresentFilesUntilTheBridgeHasConfirmed(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "staged");
        succeed(device.enroll());
        X509Certificate first = device.certificate();
        String flag = device.text("enrolled");
        Path hidden = Files.createDirectory(disk.resolve("cut"));
        // A network that ends after the answer: curl reaches nobody any more once the bridge has answered the request.
        Path curl = Files.writeString(hidden.resolve("curl"), """
                #!/bin/sh
                case "$*" in */confirm*) echo 'no route' >&2; exit 7 ;; esac
                exec %s "$@"
                """.formatted(DeviceShell.find("curl")));
        assertThat(curl.toFile().setExecutable(true)).isTrue();
        device.with("CONFIRM_FOR", "2").withProgramsOf(hidden);

        Run cut = device.renew("--now");

        assertThat(cut.status()).as(cut.log()).isEqualTo(18);
        assertThat(device.certificate()).isEqualTo(first);
        assertThat(device.text("enrolled")).isEqualTo(flag);
        device.assertFlagTellsTheTruth();
        Files.delete(curl);
        succeed(device.renew());
        device.assertWhole();
        assertThat(device.certificate().getPublicKey()).isNotEqualTo(first.getPublicKey());
    }

    /** One device is renewed by its timer, the other by its next boot. A minute is the shortest life there is. */
    @Test
    void certificatesThatHaveExpiredShouldBeRenewedWithoutAnOperator() throws Exception {
        Path other = Files.createDirectory(disk.resolve("short-lived"));
        Map<String, String> environment = Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_CERT_LIFETIME", "1m",
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=");
        try (BridgeProcess shortLived = BridgeProcess.serve(other, environment)) {
            DeviceClient.ofEmbedded(shortLived);
            URI url = URI.create("https://localhost:" + shortLived.listeningOn());
            X509Certificate root = Pem.parseCertificates(Files.readString(other.resolve("data/ca/root.crt")))
                    .orThrow()
                    .get(0);
            String fingerprint = CertificateFingerprint.of(root).hex();
            ScriptedDevice byTimer =
                    new ScriptedDevice(DeviceShell.DASH, disk.resolve("timer"), "timer", url, fingerprint);
            ScriptedDevice atBoot = new ScriptedDevice(DeviceShell.BUSYBOX, disk.resolve("boot"), "boot", url, fingerprint);
            succeed(byTimer.enroll());
            succeed(atBoot.enroll());
            X509Certificate timers = byTimer.certificate();
            X509Certificate boots = atBoot.certificate();
            String tunnel = byTimer.text("wg0.conf");
            Await.until("both have expired", () -> boots.getNotAfter().toInstant().isBefore(Instant.now()));

            Run renewed = succeed(byTimer.renew());
            Run booted = succeed(atBoot.enroll());

            assertThat(renewed.log()).contains("signed with the present key");
            assertThat(booted.log()).contains("has expired", "signed with the present key");
            assertThat(byTimer.certificate().getPublicKey()).isNotEqualTo(timers.getPublicKey());
            assertThat(atBoot.certificate().getPublicKey()).isNotEqualTo(boots.getPublicKey());
            assertThat(byTimer.text("wg0.conf")).isEqualTo(tunnel);
        }
    }

    @ParameterizedTest
    @EnumSource
    void lostAnswersShouldCostNothing(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "lost");
        bridge.relay().loseAnswers(2);

        Run run = succeed(device.enroll());

        assertThat(run.log()).contains("trying again");
        device.assertWhole();
        bridge.relay().loseAnswers(3);
        succeed(device.renew("--now"));
        device.assertWhole();
        assertThat(bridge.device(device.id()).required("certificates"))
                .as("one for the enrollment, one for the renewal")
                .hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void bridgeThatIsDownShouldBeWaitedFor(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "down");
        bridge.kill();

        Running running = device.start("enroll.sh");
        int before = bridge.relay().connections();
        Await.until("it has tried twice", () -> bridge.relay().connections() > before + 1);
        bridge.startAgain();

        succeed(running.awaitEnd());
        device.assertWhole();
    }

    @ParameterizedTest
    @EnumSource
    void patienceShouldEndWhenASettingSaysSo(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "impatient").with("RETRY_FOR", "2");
        bridge.relay().cut();

        Run run = device.enroll();

        assertThat(run.status()).as(run.log()).isEqualTo(11);
        assertThat(device.file("enrolled")).doesNotExist();
        bridge.relay().mend();
        succeed(device.with("RETRY_FOR", "60").enroll());
    }

    @ParameterizedTest
    @EnumSource
    void lostStorageShouldWaitForAnOperatorAndThenGoOnByItself(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "loss");
        succeed(device.enroll());
        String id = device.id();
        String address = device.address();
        device.loseStorage();

        Running running = device.start("enroll.sh");
        Await.until("it was refused", () -> Files.readString(running.log()).contains("answers 409"));
        String wanted = new Run(0, Files.readString(running.output()), "").keyHash();
        assertThat(bridge.device(id).toString()).contains(wanted);
        bridge.allowReenrollment(id, wanted);

        Run run = succeed(running.awaitEnd());
        device.assertWhole();
        assertThat(device.address()).isEqualTo(address);
        assertThat(run.keyHash()).isEqualTo(device.keyHash());
        assertThat(bridge.peers()).containsKey(id);
    }

    @ParameterizedTest
    @EnumSource
    void cloneOfAnImageShouldEnrollAsItself(DeviceShell shell) throws Exception {
        String name = shell.name().toLowerCase(Locale.ROOT);
        ScriptedDevice device = device(shell, "unused").without("DEVICE_ID");
        Path hardware = disk.resolve("hardware");
        Path serial = hardware.resolve("proc/device-tree/serial-number");
        Files.createDirectories(serial.getParent());
        Files.copy(Path.of("/proc/mounts"), hardware.resolve("proc/mounts"));
        device.with("HARDWARE_ROOT", hardware.toString());
        Files.writeString(serial, "board-1-" + name + "\0");
        succeed(device.enroll());
        assertThat(device.id()).isEqualTo("board-1-" + name);
        X509Certificate original = device.certificate();
        succeed(device.enroll());
        assertThat(device.certificate()).isEqualTo(original);

        Files.writeString(serial, "board-2-" + name + "\0");
        Run run = succeed(device.enroll());

        assertThat(run.log()).contains("copied from other hardware");
        device.assertWhole();
        assertThat(device.id()).isEqualTo("board-2-" + name);
        assertThat(device.certificate().getPublicKey()).isNotEqualTo(original.getPublicKey());
        assertThat(bridge.peers()).containsKeys("board-1-" + name, "board-2-" + name);
    }

    @ParameterizedTest
    @EnumSource
    void changedIdShouldNotCostAnEnrolledDeviceItsIdentity(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "named");
        succeed(device.enroll());

        Run run = device.with("DEVICE_ID", "slip-of-the-keyboard").enroll();

        assertThat(run.status()).as(run.log()).isEqualTo(3);
        device.assertWhole();
    }

    @ParameterizedTest
    @EnumSource
    void damagedFilesShouldBeGivenAgainForTheSameKey(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "damaged");
        succeed(device.enroll());
        X509Certificate certificate = device.certificate();
        String tunnel = device.text("wg0.conf");
        for (String name : new String[] {"device.crt", "wg0.conf", "ca-chain.crt", "enrolled"}) {
            Files.writeString(device.file(name), "");

            succeed(device.enroll());

            device.assertWhole();
            assertThat(device.certificate()).isEqualTo(certificate);
            assertThat(device.text("wg0.conf")).isEqualTo(tunnel);
        }
    }

    @ParameterizedTest
    @EnumSource
    void secondRunAtTheSameTimeShouldStepBack(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "two");
        bridge.relay().cut();
        int before = bridge.relay().connections();
        Running running = device.start("enroll.sh");
        Await.until("it tries", () -> bridge.relay().connections() > before);
        ScriptedDevice same = bridge.device(shell, disk, "two-" + shell.name().toLowerCase(Locale.ROOT));

        Run second = same.enroll();

        assertThat(second.status()).as(second.log()).isEqualTo(5);
        bridge.relay().mend();
        succeed(running.awaitEnd());
        device.assertWhole();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "To be filled by O.E.M.", "00000000", "Default string"})
    void hardwareWithoutASerialNumberShouldNotBeGuessed(String serial) throws Exception {
        ScriptedDevice device = device(DeviceShell.BUSYBOX, "unused").without("DEVICE_ID");
        Path dmi = disk.resolve("hardware/sys/class/dmi/id/product_serial");
        Files.createDirectories(dmi.getParent());
        Files.writeString(dmi, serial + "\n");

        Run run = device.with("HARDWARE_ROOT", disk.resolve("hardware").toString())
                .enroll();

        assertThat(run.status()).as(run.log()).isEqualTo(3);
    }
}
