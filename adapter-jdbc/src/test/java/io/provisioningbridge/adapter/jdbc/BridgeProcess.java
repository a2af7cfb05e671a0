package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A process with a bridge over the store in a file, whose every call outside comes to this process, and which stands still
 * before and after each of them and each commit until it is told to go on: or is killed there. Not safe for concurrent use.
 */
final class BridgeProcess implements MortalBridge {

    private static final int SIGKILLED = 128 + 9;

    private final Process process;
    private final Words pipe;
    private final Path errors;
    private final OutsideWorld world;
    private final Points points;
    private final Path store;

    /**
     * @param killAt the number of the point where it is killed, from 1
     */
    BridgeProcess(Path store, OutsideWorld world, Instant now, int killAt) throws IOException {
        this.errors = store.resolveSibling("errors-" + killAt + ".txt");
        this.process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BridgeProcess.class.getName(),
                        store.toString())
                .redirectError(errors.toFile())
                .start();
        this.pipe = new Words(process.getInputStream(), process.getOutputStream());
        this.world = world;
        this.store = store;
        this.points = new Points(killAt, this::kill);
        tell(List.of(now.toString(), "open"));
    }

    @Override
    public List<String> points() {
        return points.passed();
    }

    @Override
    public Path remains() {
        return store;
    }

    @Override
    public List<String> tell(List<String> command) {
        pipe.send(command);
        while (true) {
            List<String> words = receive();
            List<String> rest = words.subList(1, words.size());
            switch (words.get(0)) {
                case "done" -> {
                    return rest;
                }
                case "at" -> {
                    points.accept(rest.get(0));
                    pipe.send(List.of("go on"));
                }
                case "call" -> {
                    boolean counts = !Points.LOOKS.contains(rest.get(0));
                    if (counts) {
                        points.accept("before " + rest.get(0));
                    }
                    List<String> answer = new ArrayList<>(List.of("answer"));
                    answer.addAll(RemoteWorld.answer(world, rest));
                    if (counts) {
                        points.accept("after " + rest.get(0));
                    }
                    pipe.send(answer);
                }
                default -> throw new AssertionError(command + " failed: " + rest);
            }
        }
    }

    private List<String> receive() {
        try {
            return pipe.receive().orElseThrow(() -> new AssertionError("the process ended: " + errors()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void kill() {
        assertThat(end()).as("killed by SIGKILL").isEqualTo(SIGKILLED);
    }

    private int end() {
        process.destroyForcibly();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        end();
    }

    /** The process. Ends with its input. */
    public static void main(String[] arguments) throws IOException {
        Words pipe = new Words(System.in, System.out);
        // Whatever else is said must not get into the pipe.
        System.setOut(System.err);
        SettableClock clock =
                new SettableClock(Instant.parse(pipe.receive().orElseThrow().get(0)));
        JdbcDeviceStore store =
                SqliteStores.open(Path.of(arguments[0]), BridgeCommands.POOLS, clock, new SecureRandom());
        UnaryOperator<List<String>> outside = call -> {
            List<String> words = new ArrayList<>(List.of("call"));
            words.addAll(call);
            List<String> answer = asked(pipe, words);
            return answer.subList(1, answer.size());
        };
        RemoteWorld world = new RemoteWorld(outside);
        Consumer<String> at = point -> asked(pipe, List.of("at", point));
        BridgeCommands commands = new BridgeCommands(
                clock,
                Points.around(DeviceStore.class, store, Points.COMMITS, at),
                Points.around(WorkQueue.class, store.workQueue(), Points.COMMITS, at),
                world,
                world,
                new RemoteTargets(outside),
                new RemotePlatform(outside));
        pipe.send(List.of("done"));
        for (var command = pipe.receive(); command.isPresent(); command = pipe.receive()) {
            List<String> answer = new ArrayList<>(List.of("done"));
            try {
                answer.addAll(commands.execute(command.get()));
            } catch (RuntimeException | Error e) {
                StringWriter text = new StringWriter();
                e.printStackTrace(new PrintWriter(text));
                answer = List.of("failed", text.toString());
            }
            pipe.send(answer);
        }
        store.close();
    }

    private static List<String> asked(Words pipe, List<String> words) {
        pipe.send(words);
        try {
            return pipe.receive().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
