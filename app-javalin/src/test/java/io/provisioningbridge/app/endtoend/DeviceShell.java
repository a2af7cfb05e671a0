package io.provisioningbridge.app.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The shells that the device's scripts are written for, each with the programs it would find on a device. */
enum DeviceShell {
    /** A Debian: dash, mawk and the GNU programs. */
    DASH {
        @Override
        List<String> command() {
            return List.of(find("dash").toString());
        }

        @Override
        String path() {
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
        String path() throws IOException {
            Path programs =
                    Files.createDirectories(Path.of("target", "device-programs").toAbsolutePath());
            for (String applet : applets()) {
                link(programs.resolve(applet), find("busybox"));
            }
            link(programs.resolve("openssl"), find("openssl"));
            link(programs.resolve("curl"), find("curl"));
            return programs.toString();
        }
    };

    static final Path SCRIPTS = Path.of("..", "device").toAbsolutePath().normalize();

    /** How a script is started. */
    abstract List<String> command();

    /** The search path that a script gets. */
    abstract String path() throws IOException;

    private static List<String> applets() throws IOException {
        Process list = new ProcessBuilder("busybox", "--list").start();
        return new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(applet -> !List.of("openssl", "curl").contains(applet))
                .toList();
    }

    private static void link(Path link, Path program) throws IOException {
        if (Files.notExists(link)) {
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, program);
        }
    }

    /** A program on the path of this process. */
    static Path find(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(program + " is not installed"));
    }
}
