package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.app.endtoend.ScriptedDevice.Running;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A device enrolls by its own script: the first boot, and what can come in between. */
@RequiresServer({"step-ca", "step", "dash", "busybox", "openssl", "curl"})
class EnrollScriptTest {

    @TempDir
    private static Path directory;

    private static BridgeAtStepCa bridge;

    @TempDir
    private Path disk;

    @BeforeAll
    static void start() {
        bridge = BridgeAtStepCa.start(
                directory,
                Map.of(
                        "MQTT_PUBLIC_ENDPOINT", "mqtt.example.com:8883",
                        "HAWKBIT_PUBLIC_URL", "https://updates.example.com/hawkbit",
                        "HAWKBIT_TARGET_TOKENS", "on"));
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
        assertThat(run.log())
                .doesNotContain("PRIVATE", device.text("wireguard.key").strip());
    }

    @ParameterizedTest
    @EnumSource
    void deviceShouldKeepWhatItIsToldOfServices(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "services");
        succeed(device.enroll());
        String services = device.text("services.env");

        assertThat(services.lines())
                .hasSize(6)
                .contains(
                        "MQTT_HOST=\"mqtt.example.com\"",
                        "MQTT_PORT=\"8883\"",
                        "HAWKBIT_URL=\"https://updates.example.com/hawkbit\"",
                        "HAWKBIT_TENANT=\"DEFAULT\"",
                        "HAWKBIT_CONTROLLER_ID=\"" + device.id() + "\"")
                .anyMatch(line -> line.matches("HAWKBIT_TARGET_TOKEN=\"[0-9a-f]{64}\""));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(device.file("services.env"))))
                .isEqualTo("rw-------");

        succeed(device.renew("--now"));
        assertThat(device.text("services.env")).as("after a renewal").isEqualTo(services);

        // For the key it has the bridge repeats its answer, but not the token.
        Files.delete(device.file("ca-chain.crt"));
        succeed(device.enroll());
        device.assertWhole();
        assertThat(device.text("services.env")).as("after a repair").isEqualTo(services);
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
    void tunnelKeyBakedIntoAnImageShouldBeReplaced(DeviceShell shell) throws Exception {
        ScriptedDevice master = device(shell, "master");
        succeed(master.enroll());
        ScriptedDevice copy = bridge.device(
                shell, disk.resolve("copy"), "copy-" + shell.name().toLowerCase(Locale.ROOT));
        Files.createDirectories(copy.certs());
        Files.copy(master.file("wg0.conf"), copy.file("wg0.conf"));

        Run run = succeed(copy.enroll());

        assertThat(run.log()).contains("wireguard-key-in-use", "made a new WireGuard key");
        copy.assertWhole();
        assertThat(copy.text("wireguard.key")).isNotEqualTo(master.text("wireguard.key"));
        assertThat(bridge.peers()).containsKeys(master.id(), copy.id());
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
