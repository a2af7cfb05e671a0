package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.testkit.server.RequiresServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The functions of the device's scripts, by the shell's own tests of them. */
@RequiresServer({"dash", "busybox", "openssl"})
class DeviceFunctionsTest {

    @ParameterizedTest
    @EnumSource
    void unitTestsShouldPass(DeviceShell shell) throws Exception {
        List<String> command = new ArrayList<>(shell.command());
        command.add(DeviceShell.SCRIPTS.resolve("tests/unit.sh").toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", shell.path());

        Process process = builder.start();

        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains(" 0 failed");
    }
}
