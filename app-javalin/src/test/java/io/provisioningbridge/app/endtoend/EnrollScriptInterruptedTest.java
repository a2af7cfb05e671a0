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
 * The scripts, killed with all their children before a command that changes something or talks to somebody, which is what
 * a power cut leaves, and run again. Of five commands in a row each shell takes one; which, differs from run to run, and
 * -Dtests.seed=N takes the same again.
 */
@RequiresServer({"step-ca", "step", "dash", "busybox", "openssl", "curl", "setsid"})
class EnrollScriptInterruptedTest {

    private static final List<String> TELLING = List.of("mv", "rm", "curl");
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final int SHARE = 5;

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
        RE_ENROLLMENT(2),
        // Where the cut comes after the end of it, the second run is one more.
        RENEWAL(3);

        private final int certificates;

        Work(int certificates) {
            this.certificates = certificates;
        }

        private String[] words() {
            return this == RENEWAL ? new String[] {"renew.sh", "--now"} : new String[] {"enroll.sh"};
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

    @ParameterizedTest
    @EnumSource
    void renewalShouldGoOnWhereItWasCutShort(DeviceShell shell) throws Exception {
        cutShortEverywhere(shell, Work.RENEWAL);
    }

    private void cutShortEverywhere(DeviceShell shell, Work work) throws Exception {
        int commands = commandsOf(shell, work);
        assertThat(commands).as("commands that can be cut off").isGreaterThan(20);
        int first = 1 + Math.floorMod(SEED + List.of(DeviceShell.values()).indexOf(shell), SHARE);
        for (int at = first; at <= commands; at += SHARE) {
            cutShort(shell, work, at);
        }
    }

    private int commandsOf(DeviceShell shell, Work work) throws Exception {
        ScriptedDevice device = prepared(shell, work, 0);
        assertThat(runKilledAt(device, work, 0).status()).isZero();
        return Files.readAllLines(tally(device)).size();
    }

    private void cutShort(DeviceShell shell, Work work, int at) throws Exception {
        ScriptedDevice device = prepared(shell, work, at);

        Run killed = runKilledAt(device, work, at);

        List<String> done = Files.readAllLines(tally(device));
        String where =
                "seed " + SEED + ": cut short before command " + at + ", " + done.get(done.size() - 1) + "; then:\n";
        assertThat(killed.status()).as(where + killed.log()).isEqualTo(137);
        device.assertFlagTellsTheTruth();
        Run again = device.start(work.words()).awaitEnd();
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
        if (work != Work.FIRST_BOOT) {
            assertThat(device.enroll().status()).isZero();
        }
        if (work == Work.RE_ENROLLMENT) {
            Files.delete(device.file("enrolled"));
        }
        return device;
    }

    private Run runKilledAt(ScriptedDevice device, Work work, int at) throws IOException, InterruptedException {
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
            return device.start(IN_A_GROUP, work.words()).awaitEnd();
        } finally {
            device.with("PATH", path);
        }
    }

    private static Path tally(ScriptedDevice device) {
        return device.directory().resolve("tally");
    }
}
