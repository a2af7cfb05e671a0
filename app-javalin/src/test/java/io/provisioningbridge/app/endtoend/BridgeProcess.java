package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.fail;

import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The application in a process of its own, in a directory of its own. */
final class BridgeProcess implements AutoCloseable {

    private static final Pattern LISTENING = Pattern.compile("devices are served on \\S+, port (\\d+)");
    private static final Pattern OPERATORS = Pattern.compile("operators are served on \\S+, port (\\d+)");
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Process process;
    private final Path directory;
    private final Path log;

    private BridgeProcess(Process process, Path directory, Path log) {
        this.process = process;
        this.directory = directory;
        this.log = log;
    }

    /** {@code ./bridge serve}, ready to be asked for devices. */
    static BridgeProcess serve(Path directory, Map<String, String> environment) {
        return serve(List.of(), directory, environment);
    }

    /**
     * @param wrapper words before the command, which make way for it
     */
    static BridgeProcess serve(List<String> wrapper, Path directory, Map<String, String> environment) {
        BridgeProcess bridge = start(wrapper, directory, environment, "serve");
        bridge.await("it listens", () -> bridge.port().isPresent());
        return bridge;
    }

    /** The file of a tunnel server, which a bridge that is started there keeps. */
    static void makeTunnelServer(Path directory) throws IOException {
        Path file = directory.resolve("data/wireguard/wg_confs/wg0.conf");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file, "[Interface]\nPrivateKey = " + new Seeded(2).peerKey().base64() + "\nListenPort = 51820\n");
    }

    /** Any command, under way. */
    static BridgeProcess start(Path directory, Map<String, String> environment, String... arguments) {
        return start(List.of(), directory, environment, arguments);
    }

    private static BridgeProcess start(
            List<String> wrapper, Path directory, Map<String, String> environment, String... arguments) {
        Path log = directory.resolve("bridge.log");
        try {
            Files.deleteIfExists(log);
            ProcessBuilder builder = prepare(wrapper, directory, environment, arguments)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            return new BridgeProcess(builder.start(), directory, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Any command, yet to be started. */
    static ProcessBuilder prepare(
            List<String> wrapper, Path directory, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.provisioningbridge.app.cli.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("(BRIDGE|STEP_CA|WG|ENROLLMENT|HAWKBIT|THINGSBOARD|MQTT)_.*"));
        builder.environment().put("BRIDGE_ADMIN_LISTEN", "127.0.0.1:0");
        builder.environment().putAll(environment);
        return builder;
    }

    /** Empty until it listens. */
    private Optional<Integer> port() {
        Matcher listening = LISTENING.matcher(log());
        return listening.find() ? Optional.of(Integer.parseInt(listening.group(1))) : Optional.empty();
    }

    int listeningOn() {
        return port().orElseThrow();
    }

    /** A request to the operator listener, by somebody who may do everything. */
    HttpRequest.Builder operator(String path) {
        Matcher listening = OPERATORS.matcher(log());
        if (!listening.find()) {
            throw new IllegalStateException("it does not listen to operators yet");
        }
        try {
            String token = Files.readString(directory.resolve("data/operator-token"));
            return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listening.group(1) + path))
                    .header("Authorization", "Bearer " + token.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it runs. */
    Path directory() {
        return directory;
    }

    /** Everything it printed. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the log shows it. */
    void awaitLog(String text) {
        await("the log shows '" + text + "'", () -> log().contains(text));
    }

    /** Waits until it is so, as long as the process runs. */
    void await(String what, BooleanSupplier condition) {
        Instant end = Instant.now().plus(LONGEST_START);
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || Instant.now().isAfter(end)) {
                fail("waited in vain until " + what + "; the process " + (process.isAlive() ? "runs" : "ended")
                        + " and printed:\n" + log());
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /** Waits for its end by itself. @return its exit status */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(LONGEST_START.toSeconds(), TimeUnit.SECONDS)) {
            close();
            fail("it does not end; it printed:\n" + log());
        }
        return process.exitValue();
    }

    /** SIGKILL: nothing is put in order. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGTERM, without waiting. */
    void terminate() {
        process.destroy();
    }

    /** SIGTERM, and waits for the end. */
    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .orTimeout(30, TimeUnit.SECONDS)
                .whenComplete((ended, late) -> process.destroyForcibly())
                .join();
    }
}
