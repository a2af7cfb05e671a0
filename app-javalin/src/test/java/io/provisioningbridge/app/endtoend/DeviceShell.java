package io.provisioningbridge.app.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The shells that the device's scripts are written for, each with the programs it would find on a device. */
enum DeviceShell {
    /** A Debian: dash, mawk and the GNU programs. */
    DASH {
        @Override
        List<String> command() {
            return List.of("dash");
        }

        @Override
        String path(Path directory) {
            return System.getenv("PATH");
        }
    },

    /** A small image: busybox, and of everything else openssl and curl alone. */
    BUSYBOX {
        @Override
        List<String> command() {
            return List.of(find("busybox").toString(), "sh");
        }

        @Override
        String path(Path directory) throws IOException, InterruptedException {
            Path programs = directory.resolve("programs");
            if (Files.notExists(programs)) {
                Files.createDirectory(programs);
                Process list = new ProcessBuilder("busybox", "--list").start();
                for (String applet : new String(list.getInputStream().readAllBytes()).split("\n")) {
                    Files.createSymbolicLink(programs.resolve(applet), find("busybox"));
                }
                list.waitFor(10, TimeUnit.SECONDS);
                for (String program : List.of("openssl", "curl")) {
                    Files.deleteIfExists(programs.resolve(program));
                    Files.createSymbolicLink(programs.resolve(program), find(program));
                }
            }
            return programs.toString();
        }
    };

    static final Path SCRIPTS = Path.of("..", "device").toAbsolutePath().normalize();

    /** How a script is started. */
    abstract List<String> command();

    /**
     * The search path that a script gets.
     *
     * @param directory of the test's own
     */
    abstract String path(Path directory) throws IOException, InterruptedException;

    /** A program on the path of this process. */
    static Path find(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(program + " is not installed"));
    }
}
