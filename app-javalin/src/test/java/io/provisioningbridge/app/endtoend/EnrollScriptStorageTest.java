package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks that are full, forgetful or not to be written, in a mount namespace of their own. */
@RequiresServer({"step-ca", "step", "dash", "busybox", "openssl", "curl", "unshare"})
class EnrollScriptStorageTest {

    private static final int STORAGE = 4;

    @TempDir
    private static Path directory;

    private static BridgeAtStepCa bridge;

    @TempDir
    private Path disk;

    @BeforeAll
    static void start() throws Exception {
        MountNamespace.assumeAllowed();
        bridge = BridgeAtStepCa.start(directory, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    private ScriptedDevice device(DeviceShell shell, String name) throws Exception {
        return bridge.device(shell, disk, name + "-" + shell.name().toLowerCase(Locale.ROOT));
    }

    /**
     * Runs enroll.sh where the device's disk is something else.
     *
     * @param commands shell commands; {@code "$@"} is the script, {@code $CERTS_DIR} the disk
     */
    private static Run enrollWith(ScriptedDevice device, String commands) throws IOException, InterruptedException {
        Files.createDirectories(device.certs());
        return device.start(MountNamespace.command(commands), "enroll.sh").awaitEnd();
    }

    @ParameterizedTest
    @EnumSource
    void diskInMemoryShouldBeRefusedUnlessASettingAllowsIt(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "memory").with("ALLOW_VOLATILE_CERTS", "no");
        String commands = "mount -t tmpfs tmpfs \"$CERTS_DIR\"; mkdir \"$CERTS_DIR/below\"; \"$@\"";

        Run refused = enrollWith(device, commands);
        Run refusedBelow = enrollWith(
                device.with("CERTS_DIR", device.file("below").toString()),
                commands.replace("$CERTS_DIR", device.certs().toString()));
        Run allowed = enrollWith(
                device.with("CERTS_DIR", device.certs().toString()).with("ALLOW_VOLATILE_CERTS", "yes"), commands);

        assertThat(refused.status()).as(refused.log()).isEqualTo(STORAGE);
        assertThat(refused.log()).contains("tmpfs");
        assertThat(refusedBelow.status()).as(refusedBelow.log()).isEqualTo(STORAGE);
        assertThat(allowed.status()).as(allowed.log()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyDiskShouldBeRefused(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "read-only");
        for (String answer : new String[] {"no", "yes"}) {
            Run run = enrollWith(
                    device.with("ALLOW_VOLATILE_CERTS", answer), "mount -t tmpfs -o ro tmpfs \"$CERTS_DIR\"; \"$@\"");

            assertThat(run.status()).as(run.log()).isEqualTo(STORAGE);
            assertThat(run.log()).contains("read-only");
        }
    }

    @ParameterizedTest
    @EnumSource
    void fullDiskShouldBeSaidAndDoNoHarm(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "full");
        Path kept = Files.createDirectory(disk.resolve("kept"));
        Run run = enrollWith(device, """
                mount -t tmpfs -o size=400k tmpfs "$CERTS_DIR"
                dd if=/dev/zero of="$CERTS_DIR/filler" bs=1024 2>/dev/null || :
                full=0
                "$@" || full=$?
                rm "$CERTS_DIR/filler"
                "$@"
                dd if=/dev/zero of="$CERTS_DIR/filler" bs=1024 2>/dev/null || :
                rm "$CERTS_DIR/enrolled"
                "$@" && exit 99
                rm "$CERTS_DIR/filler"
                "$@"
                cp -a "$CERTS_DIR/." %s
                exit $full
                """.formatted(kept));

        assertThat(run.status()).as(run.log()).isEqualTo(STORAGE);
        assertThat(run.log()).contains("no room in").contains("signed with the present key");
        device.with("CERTS_DIR", kept.toString());
        assertThat(device.enroll().log()).contains("is enrolled");
    }
}
