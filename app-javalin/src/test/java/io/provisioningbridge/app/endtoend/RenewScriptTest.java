package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A device that is enrolled gets new keys by its own scripts. */
@RequiresServer({"step-ca", "step", "dash", "busybox", "openssl", "curl"})
class RenewScriptTest {

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

    /** One device is renewed by its timer, the other by its next boot. */
    @Test
    void certificatesThatHaveExpiredShouldBeRenewedWithoutAnOperator() throws Exception {
        Duration life = Duration.ofSeconds(10);
        StepCaServer stepCa = StepCaServer.oneIntermediate(
                StepCaProvisioner.of("devices", "secret").lifetimes(life, life, life),
                StepCaProvisioner.of("servers", "other-secret"));
        Map<String, String> servers =
                Map.of("BRIDGE_TLS_PROVISIONER_NAME", "servers", "BRIDGE_TLS_PROVISIONER_PASSWORD", "other-secret");
        try (BridgeAtStepCa shortLived = BridgeAtStepCa.start(
                stepCa, "devices", "secret", Files.createDirectory(disk.resolve("short-lived")), servers)) {
            ScriptedDevice byTimer = shortLived.device(DeviceShell.DASH, disk.resolve("timer"), "timer");
            ScriptedDevice atBoot = shortLived.device(DeviceShell.BUSYBOX, disk.resolve("boot"), "boot");
            succeed(byTimer.enroll());
            succeed(atBoot.enroll());
            X509Certificate timers = byTimer.certificate();
            X509Certificate boots = atBoot.certificate();
            String tunnel = byTimer.text("wg0.conf");
            Await.until(
                    "both have expired", () -> boots.getNotAfter().toInstant().isBefore(Instant.now()));

            Run renewed = succeed(byTimer.renew());
            Run booted = succeed(atBoot.enroll());

            assertThat(renewed.log()).contains("signed with the present key");
            assertThat(booted.log()).contains("has expired", "signed with the present key");
            assertThat(byTimer.certificate().getPublicKey()).isNotEqualTo(timers.getPublicKey());
            assertThat(atBoot.certificate().getPublicKey()).isNotEqualTo(boots.getPublicKey());
            assertThat(byTimer.text("wg0.conf")).isEqualTo(tunnel);
        }
    }
}
