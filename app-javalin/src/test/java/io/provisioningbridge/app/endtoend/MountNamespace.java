package io.provisioningbridge.app.endtoend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;

/** Mounts that only one process and its children see, and that go with them. */
final class MountNamespace {

    private MountNamespace() {}

    /** Ends the test where the machine has none for its users. */
    static void assumeAllowed() throws IOException, InterruptedException {
        assumeTrue(
                new ProcessBuilder("unshare", "-r", "-m", "true").start().waitFor() == 0,
                "SKIPPED (real server): mount namespaces are not allowed here");
    }

    /**
     * What to put before a command.
     *
     * @param script in shell; {@code "$@"} is the command
     */
    static List<String> command(String script) throws IOException, InterruptedException {
        assumeAllowed();
        return List.of(
                DeviceShell.find("unshare").toString(),
                "-r",
                "-m",
                DeviceShell.find("sh").toString(),
                "-c",
                // A device's own search path comes first; mount need not be on it.
                "PATH=$PATH:" + System.getenv("PATH") + "; set -e; " + script,
                "sh");
    }
}
