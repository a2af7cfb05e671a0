package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The real launcher, by every POSIX shell there is, in small trees where Java and Maven are scripts that tell on it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
class LauncherTest {

    private static final Path LAUNCHER =
            Path.of("..", "bridge").toAbsolutePath().normalize();

    private static final String JAVA = """
            #!/bin/sh
            if [ "$*" = -version ]; then
                echo 'Picked up JAVA_TOOL_OPTIONS: none' >&2
                echo 'openjdk version "VERSION" 2025-04-15' >&2
                exit 0
            fi
            echo "pid $$"
            echo "in $(pwd)"
            for argument; do echo "<$argument>"; done
            exit 7
            """;
    private static final String MAVEN = """
            #!/bin/sh
            home=$(cd "$(dirname "$0")" && pwd)
            echo "$*" >>"$home/builds"
            echo 'noise of the build'
            [ ! -e "$home/broken" ] || exit 1
            if [ -e "$home/edited" ]; then
                rm "$home/edited"
                source=$home/provisioning-core/src/main/java/A.java
                until [ -n "$(find "$source" -newer "$home/app-javalin/target/.bridge-build")" ]; do
                    touch "$source"
                done
            fi
            mkdir -p "$home/app-javalin/target/lib"
            touch "$home/app-javalin/target/lib/provisioning-bridge.jar"
            """;

    @TempDir
    private Path temporary;

    private Path root;
    private Path jdk;

    private record Ended(int status, String out, String err) {}

    static Stream<List<String>> shells() {
        return Stream.of(List.of("sh"), List.of("dash"), List.of("busybox", "sh"), List.of("bash", "--posix"))
                .filter(shell -> isInstalled(shell.get(0)));
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    @BeforeEach
    void makeJdk() throws IOException {
        // As the file system knows it, so that it can be compared with what pwd prints; with a blank, which must not
        // matter.
        root = Files.createDirectories(temporary.resolve("a tree")).toRealPath();
        jdk = root.resolve("jdk");
        script(jdk.resolve("bin/java"), JAVA.replace("VERSION", "17.0.15"));
        script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    }

    private static Path script(Path path, String text) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path sourceTree() throws IOException {
        Path tree = root.resolve("source");
        Files.createDirectories(tree.resolve("provisioning-core/src/main/java"));
        Files.writeString(tree.resolve("pom.xml"), "");
        Files.writeString(tree.resolve("provisioning-core/pom.xml"), "");
        Files.writeString(tree.resolve("provisioning-core/src/main/java/A.java"), "");
        script(tree.resolve("mvnw"), MAVEN);
        Files.copy(LAUNCHER, tree.resolve("bridge"));
        return tree;
    }

    private Path release() throws IOException {
        Path release = root.resolve("release");
        Files.createDirectories(release.resolve("bin"));
        Files.createDirectories(release.resolve("lib"));
        Files.writeString(release.resolve("lib/provisioning-bridge.jar"), "");
        Files.copy(LAUNCHER, release.resolve("bin/bridge"));
        return release;
    }

    private Process start(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BRIDGE_"));
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private Ended end(Process process) throws IOException, InterruptedException {
        // Both streams hold a few lines, so that neither can fill while the other is read.
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), out, err);
    }

    private Ended run(List<String> shell, Path launcher, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(shell);
        command.add(launcher.toString());
        command.addAll(List.of(arguments));
        return end(start(command, environment));
    }

    private static long builds(Path tree) throws IOException {
        Path log = tree.resolve("builds");
        return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aReleaseShouldStartWithoutABuild(List<String> shell) throws IOException, InterruptedException {
        Ended ended = run(shell, release().resolve("bin/bridge"), Map.of(), "serve", "two words", "*");

        assertThat(ended.status()).isEqualTo(7);
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out())
                .contains("in " + root + "\n", "<-jar>\n", "lib/provisioning-bridge.jar>\n")
                .endsWith("<serve>\n<two words>\n<*>\n");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aSourceTreeShouldBeBuiltOnceAndAgainWhenItChanged(List<String> shell)
            throws IOException, InterruptedException {
        Path tree = sourceTree();

        Ended first = run(shell, tree.resolve("bridge"), Map.of(), "--version");
        Ended second = run(shell, tree.resolve("bridge"), Map.of(), "--version");

        assertThat(first.status()).isEqualTo(7);
        assertThat(first.err().lines())
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("bridge: building"));
        assertThat(first.out()).doesNotContain("noise").endsWith("<--version>\n");
        assertThat(second.err()).isEmpty();
        assertThat(builds(tree)).isEqualTo(1);

        FileTime later = FileTime.from(Instant.now().plusSeconds(5));
        Path source = tree.resolve("provisioning-core/src/main/java/A.java");
        Files.setLastModifiedTime(source, later);
        assertThat(run(shell, tree.resolve("bridge"), Map.of()).err()).contains("bridge: building");
        assertThat(builds(tree)).isEqualTo(2);
    }

    @Test
    void aShippedFileThatIsPackagedShouldCauseABuild() throws IOException, InterruptedException {
        Path tree = sourceTree();
        Path shipped =
                Files.createDirectories(tree.resolve("deploy/thingsboard")).resolve("rule-chain.json");
        Files.writeString(shipped, "{}");
        run(List.of("sh"), tree.resolve("bridge"), Map.of());

        Files.setLastModifiedTime(shipped, FileTime.from(Instant.now().plusSeconds(5)));

        run(List.of("sh"), tree.resolve("bridge"), Map.of());
        assertThat(builds(tree)).isEqualTo(2);
    }

    @Test
    void whatWasEditedDuringABuildShouldCauseAnother() throws IOException, InterruptedException {
        Path tree = sourceTree();
        Files.createFile(tree.resolve("edited"));

        run(List.of("sh"), tree.resolve("bridge"), Map.of());
        run(List.of("sh"), tree.resolve("bridge"), Map.of());
        run(List.of("sh"), tree.resolve("bridge"), Map.of());

        assertThat(builds(tree)).isEqualTo(2);
    }

    @Test
    void aDeletedSourceShouldCauseABuild() throws IOException, InterruptedException {
        Path tree = sourceTree();
        run(List.of("sh"), tree.resolve("bridge"), Map.of());
        Path jar = tree.resolve("app-javalin/target/lib/provisioning-bridge.jar");
        FileTime longAgo = FileTime.from(Instant.now().minusSeconds(3600));
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, longAgo);
            }
        }
        Files.setLastModifiedTime(jar, FileTime.from(longAgo.toInstant().plusSeconds(60)));
        run(List.of("sh"), tree.resolve("bridge"), Map.of());
        assertThat(builds(tree)).isEqualTo(1);

        Files.delete(tree.resolve("provisioning-core/src/main/java/A.java"));

        run(List.of("sh"), tree.resolve("bridge"), Map.of());
        assertThat(builds(tree)).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aFailedBuildShouldEndTheLauncher(List<String> shell) throws IOException, InterruptedException {
        Path tree = sourceTree();
        Files.createFile(tree.resolve("broken"));

        Ended ended = run(shell, tree.resolve("bridge"), Map.of(), "serve");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("noise of the build\n").endsWith("bridge: the build failed; see above\n");
        assertThat(tree.resolve("app-javalin/target/.bridge-build")).doesNotExist();
    }

    @Test
    void launchersAtTheSameTimeShouldBuildOnce() throws IOException, InterruptedException {
        Path tree = sourceTree();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            processes.add(start(List.of("sh", tree.resolve("bridge").toString()), Map.of()));
        }

        for (Process process : processes) {
            assertThat(end(process).status()).isEqualTo(7);
        }
        assertThat(builds(tree)).isEqualTo(1);
    }

    @Test
    void theLockOfALauncherThatDiedShouldNotHoldAnybodyUp() throws IOException, InterruptedException {
        Path tree = sourceTree();
        Process dead = start(List.of("sh", "-c", "exit 0"), Map.of());
        end(dead);
        Path lock = Files.createDirectories(tree.resolve("app-javalin/target/.bridge-build"));
        Files.writeString(lock.resolve("pid"), dead.pid() + "\n");

        assertThat(run(List.of("sh"), tree.resolve("bridge"), Map.of()).status())
                .isEqualTo(7);
        assertThat(builds(tree)).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void linksShouldLeadToTheTree(List<String> shell) throws IOException, InterruptedException {
        Path tree = sourceTree();
        Path links = Files.createDirectories(root.resolve("links"));
        Files.createSymbolicLink(links.resolve("relative"), Path.of("../source/bridge"));
        Files.createSymbolicLink(links.resolve("absolute"), links.resolve("relative"));

        Ended ended = run(shell, links.resolve("absolute"), Map.of());

        assertThat(ended.out()).contains("<" + tree.resolve("app-javalin/target/lib/provisioning-bridge.jar") + ">");
    }

    @Test
    void javaShouldTakeTheLaunchersPlace() throws IOException, InterruptedException {
        Process process = start(List.of("sh", release().resolve("bin/bridge").toString()), Map.of());

        assertThat(end(process).out()).startsWith("pid " + process.pid() + "\n");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void optionsShouldReachJava(List<String> shell) throws IOException, InterruptedException {
        Ended ended = run(shell, release().resolve("bin/bridge"), Map.of("BRIDGE_JAVA_OPTS", "-Xmx64m -Da=*"), "serve");

        assertThat(ended.out())
                .contains("<-XX:+ExitOnOutOfMemoryError>\n<-Xmx64m>\n<-Da=*>\n<-jar>\n")
                .endsWith("<serve>\n");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void anUnusableJavaShouldBeNamed(List<String> shell) throws IOException, InterruptedException {
        Path launcher = release().resolve("bin/bridge");

        Ended absent = run(shell, launcher, Map.of("JAVA_HOME", "/nowhere"));
        script(jdk.resolve("bin/java"), JAVA.replace("VERSION", "1.8.0_402"));
        Ended older = run(shell, launcher, Map.of());
        script(jdk.resolve("bin/java"), "#!/bin/sh\n");
        Ended silent = run(shell, launcher, Map.of());

        assertThat(absent.err()).isEqualTo("bridge: JAVA_HOME is /nowhere, but there is no bin/java in it\n");
        assertThat(older.err()).contains("is older than Java 17");
        assertThat(silent.err()).contains("cannot find out the version");
        assertThat(List.of(absent, older, silent))
                .allMatch(ended -> ended.status() == 1 && ended.out().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("shells")
    void withoutJavaHomeThePathShouldBeSearched(List<String> shell) throws IOException, InterruptedException {
        String path = jdk.resolve("bin") + File.pathSeparator + System.getenv("PATH");

        Ended ended = run(shell, release().resolve("bin/bridge"), Map.of("JAVA_HOME", "", "PATH", path));

        assertThat(ended.status()).isEqualTo(7);
    }

    @Test
    void aLauncherAloneShouldSayWhatIsMissing() throws IOException, InterruptedException {
        Path alone = Files.copy(LAUNCHER, root.resolve("bridge"));

        assertThat(run(List.of("sh"), alone, Map.of()).err()).contains("neither an application");
    }

    @Test
    void shellcheckShouldFindNothing() throws IOException, InterruptedException {
        assumeTrue(isInstalled("shellcheck"), "shellcheck is not installed");

        Ended ended = end(start(List.of("shellcheck", LAUNCHER.toString()), Map.of()));

        assertThat(ended.out()).isEmpty();
        assertThat(ended.status()).isZero();
    }
}
