package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.app.endtoend.ScriptedDevice.Running;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices whose clock is wrong. libfaketime is their clock; a {@code date} that sets it stands in for the system's. */
@RequiresServer({"step-ca", "step", "dash", "busybox", "openssl", "curl", "faketime"})
class EnrollScriptClockTest {

    private static final int CLOCK = 17;
    private static final String BEGINNING = "@1970-01-02 00:00:00";
    private static final DateTimeFormatter FAKE = DateTimeFormatter.ofPattern("'@'yyyy-MM-dd HH:mm:ss");

    private static final String DATE = """
            #!/bin/sh
            case "$*" in
                *-s*)
                    for time; do :; done
                    new=$(unset LD_PRELOAD; %1$s -u -d "$time" '+@%%Y-%%m-%%d %%H:%%M:%%S') || exit 1
                    echo "$new" >"$FAKETIME_TIMESTAMP_FILE"
                    ;;
                *) exec %1$s "$@" ;;
            esac
            """;
    private static final String DATE_THAT_MAY_NOT = """
            #!/bin/sh
            case "$*" in *-s*) exit 1 ;; esac
            exec %1$s "$@"
            """;

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

    private ScriptedDevice device(DeviceShell shell, String name, String date) throws Exception {
        ScriptedDevice device =
                bridge.device(shell, disk, name + "-" + shell.name().toLowerCase(Locale.ROOT));
        Path programs = Files.createDirectory(disk.resolve("clock"));
        Path program = Files.writeString(programs.resolve("date"), date.formatted(DeviceShell.find("date")));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return device.withProgramsOf(programs)
                .with("LD_PRELOAD", libfaketime())
                .with("FAKETIME_TIMESTAMP_FILE", clock().toString())
                .with("FAKETIME_NO_CACHE", "1")
                .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .with("NO_FAKE_STAT", "1")
                .with("TZ", "UTC");
    }

    /** The program sets this for what it starts. */
    private static String libfaketime() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("faketime", "2020-01-01", "printenv", "LD_PRELOAD").start();
        String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).isZero();
        return path;
    }

    private Path clock() {
        return disk.resolve("faketime");
    }

    private void clockSays(String time) throws IOException {
        Files.writeString(clock(), time + "\n");
    }

    @ParameterizedTest
    @EnumSource
    void clockAtTheBeginningShouldBeSetFromTheBridge(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "beginning", DATE);
        clockSays(BEGINNING);

        Run run = device.enroll();

        assertThat(run.status()).as(run.log()).isZero();
        assertThat(run.log()).contains("this software is newer", "the clock was set from the bridge's answer");
        Instant set =
                LocalDateTime.parse(Files.readString(clock()).strip(), FAKE).toInstant(ZoneOffset.UTC);
        assertThat(set).isCloseTo(Instant.now(), within(60, ChronoUnit.SECONDS));
        device.assertWhole();
    }

    @ParameterizedTest
    @EnumSource
    void clockThatIsBehindTheBridgesCertificateShouldBeSetToo(DeviceShell shell) throws Exception {
        Path stamp = Files.createFile(disk.resolve("stamp"));
        Files.setLastModifiedTime(stamp, FileTime.from(Instant.parse("2019-01-01T00:00:00Z")));
        ScriptedDevice device = device(shell, "behind", DATE).with("BUILD_STAMP_FILE", stamp.toString());
        clockSays("@2020-01-01 00:00:00");

        Run run = device.enroll();

        assertThat(run.status()).as(run.log()).isZero();
        assertThat(run.log()).contains("behind the bridge's");
        device.assertWhole();
    }

    @ParameterizedTest
    @EnumSource
    void synchronizationShouldBePreferredToTheBridge(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "synchronized", DATE).with("CLOCK_SYNC_WAIT", "60");
        clockSays(BEGINNING);

        Running running = device.start("enroll.sh");
        Await.until(
                "it waits",
                () -> Files.readString(running.log()).contains("waiting up to 60 s for time synchronization"));
        clockSays("+0");

        Run run = running.awaitEnd();
        assertThat(run.status()).as(run.log()).isZero();
        assertThat(run.log()).doesNotContain("was set from");
    }

    @ParameterizedTest
    @EnumSource
    void clockThatMayNotBeSetShouldBeSaid(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "unset", DATE_THAT_MAY_NOT).with("RETRY_FOR", "2");
        clockSays(BEGINNING);

        Run run = device.enroll();

        assertThat(run.status()).as(run.log()).isEqualTo(CLOCK);
        assertThat(device.file("enrolled")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void clockShouldNeverBeSetBack(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "ahead", DATE).with("RETRY_FOR", "2");
        clockSays("@2060-01-01 00:00:00");

        Run run = device.enroll();

        assertThat(run.status()).as(run.log()).isEqualTo(CLOCK);
        assertThat(run.log()).contains("ahead of the bridge's");
        assertThat(Files.readString(clock())).isEqualTo("@2060-01-01 00:00:00\n");
    }

    /** Somebody who has a key of their own CA says what time it is. */
    @ParameterizedTest
    @EnumSource
    void timeShouldNotBeTakenFromAnybodyElse(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "deceived", DATE).with("RETRY_FOR", "2");
        CertificateHierarchy attacker = CertificateHierarchy.of("Attacker");
        clockSays(BEGINNING);
        try (ForeignServer server =
                new ForeignServer(attacker, ForeignServer.pem(bridge.stepCa().root()))) {
            bridge.relay().leadTo(server.port());

            Run run = device.enroll();

            assertThat(run.status()).as(run.log()).isEqualTo(CLOCK);
            assertThat(Files.readString(clock())).isEqualTo(BEGINNING + "\n");
        } finally {
            bridge.relay().leadTo(bridge.port());
        }
    }
}
