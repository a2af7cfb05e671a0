package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The script, killed with all its children before each command that changes something or talks to somebody, which is what
 * a power cut leaves, and run again. One shell takes the even commands, the other the odd ones.
 */
@RequiresServer({"step-ca", "step", "dash", "busybox", "openssl", "curl", "setsid"})
class EnrollScriptInterruptedTest {

    private static final List<String> TELLING = List.of("mv", "rm", "curl");

    // Counts its own calls, and at the chosen one ends the whole process group instead.
    private static final String WRAPPER = """
            #!/bin/sh
            until mkdir "$TALLY.lock" 2>/dev/null; do :; done
            echo NAME >>"$TALLY"
            count=$(wc -l <"$TALLY")
            rmdir "$TALLY.lock"
            if [ "$count" -eq "$KILL_AT" ]; then
                kill -9 "-$GROUP"
                sleep 10
            fi
            exec PROGRAM "$@"
            """;
    private static final List<String> IN_A_GROUP =
            List.of("setsid", "sh", "-c", "GROUP=$$; export GROUP; exec \"$@\"", "sh");

    @TempDir
    private static Path directory;

    private static BridgeAtStepCa bridge;

    @TempDir
    private Path disk;

    /** What is cut short. */
    private enum Work {
        FIRST_BOOT(1),
        RE_ENROLLMENT(2);

        private final int certificates;

        Work(int certificates) {
            this.certificates = certificates;
        }
    }

    @BeforeAll
    static void start() {
        bridge = BridgeAtStepCa.start(directory, Map.of("WG_SUBNET", "10.8.0.0/16"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void firstBootShouldGoOnWhereItWasCutShort(DeviceShell shell) throws Exception {
        cutShortEverywhere(shell, Work.FIRST_BOOT);
    }

    @ParameterizedTest
    @EnumSource
    void reEnrollmentShouldGoOnWhereItWasCutShort(DeviceShell shell) throws Exception {
        cutShortEverywhere(shell, Work.RE_ENROLLMENT);
    }

    private void cutShortEverywhere(DeviceShell shell, Work work) throws Exception {
        int commands = commandsOf(shell, work);
        assertThat(commands).as("commands that can be cut off").isGreaterThan(20);
        for (int at = shell == DeviceShell.DASH ? 1 : 2; at <= commands; at += 2) {
            cutShort(shell, work, at);
        }
    }

    private int commandsOf(DeviceShell shell, Work work) throws Exception {
        ScriptedDevice device = prepared(shell, work, 0);
        assertThat(runKilledAt(device, 0).status()).isZero();
        return Files.readAllLines(tally(device)).size();
    }

    private void cutShort(DeviceShell shell, Work work, int at) throws Exception {
        ScriptedDevice device = prepared(shell, work, at);

        Run killed = runKilledAt(device, at);

        List<String> done = Files.readAllLines(tally(device));
        String where = "cut short before command " + at + ", " + done.get(done.size() - 1) + "; then:\n";
        assertThat(killed.status()).as(where + killed.log()).isEqualTo(137);
        device.assertFlagTellsTheTruth();
        Run again = device.enroll();
        assertThat(again.status()).as(where + again.log()).isZero();
        device.assertWhole();
        assertStandsAtTheBridge(device, work, where + again.log());
    }

    private static void assertStandsAtTheBridge(ScriptedDevice device, Work work, String where) throws Exception {
        JsonNode known = bridge.device(device.id());
        List<JsonNode> certificates = StreamSupport.stream(
                        known.required("certificates").spliterator(), false)
                .toList();
        assertThat(certificates).as(where).hasSizeLessThanOrEqualTo(work.certificates);
        assertThat(certificates)
                .as(where)
                .filteredOn(
                        certificate -> certificate.required("standing").asText().equals("current"))
                .extracting(certificate -> certificate.required("key_sha256").asText())
                .containsExactly(device.keyHash());
        assertThat(device.address())
                .isEqualTo("Address = " + known.required("wireguard_ip").asText() + "/32");
    }

    private ScriptedDevice prepared(DeviceShell shell, Work work, int at) throws Exception {
        String name = (shell + "-" + work + "-" + at).replace('_', '-').toLowerCase(Locale.ROOT);
        ScriptedDevice device = bridge.device(shell, disk.resolve(name), name);
        if (work == Work.RE_ENROLLMENT) {
            assertThat(device.enroll().status()).isZero();
            Files.delete(device.file("enrolled"));
        }
        return device;
    }

    private Run runKilledAt(ScriptedDevice device, int at) throws IOException, InterruptedException {
        Path wrappers = Files.createDirectory(device.directory().resolve("wrappers"));
        String path = device.setting("PATH");
        for (String command : TELLING) {
            Path real = Stream.of(path.split(":"))
                    .map(place -> Path.of(place, command))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            Path wrapper = Files.writeString(
                    wrappers.resolve(command), WRAPPER.replace("NAME", command).replace("PROGRAM", real.toString()));
            assertThat(wrapper.toFile().setExecutable(true)).isTrue();
        }
        device.with("TALLY", tally(device).toString())
                .with("KILL_AT", Integer.toString(at))
                .withProgramsOf(wrappers);
        try {
            return device.start(IN_A_GROUP, "enroll.sh").awaitEnd();
        } finally {
            device.with("PATH", path);
        }
    }

    private static Path tally(ScriptedDevice device) {
        return device.directory().resolve("tally");
    }
}
