package io.provisioningbridge.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A program running beside the test, its output in a file. It ends with {@link #stop}, and at the latest with this JVM. Not
 * safe for concurrent use.
 */
final class ServerProcess {

    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration POLITE_STOP = Duration.ofSeconds(5);

    private final Process process;
    private final Path log;
    private final Thread atExit;

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.atExit = new Thread(process::destroyForcibly, "stop-" + process.pid());
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts a program and waits until it serves.
     *
     * @param log its output is added to this file
     * @param ready asked again and again until it says yes; must not block for long
     * @throws IllegalStateException with the end of the log when it ends or is not ready within {@code patience}
     */
    static ServerProcess start(
            List<String> command, Path directory, Path log, BooleanSupplier ready, Duration patience) {
        ServerProcess server = new ServerProcess(launch(command, directory, log), log);
        long giveUp = System.nanoTime() + patience.toNanos();
        while (!ready.getAsBoolean()) {
            String trouble = !server.process.isAlive()
                    ? "ended with status " + server.process.exitValue()
                    : System.nanoTime() - giveUp > 0 ? "is not ready after " + patience : "";
            if (!trouble.isEmpty() || Thread.currentThread().isInterrupted()) {
                server.stop();
                throw new IllegalStateException(command.get(0) + " " + trouble + "; its log ends:\n" + server.tail());
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return server;
    }

    /** Runs a program that ends by itself; anything but success is an error that holds its output. */
    static void run(List<String> command, Path directory, Path log, Duration patience) {
        Process process = launch(command, directory, log);
        if (!ended(process, patience)) {
            process.destroyForcibly();
            throw new IllegalStateException(command + " did not end within " + patience);
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(command + " ended with status " + process.exitValue() + ":\n" + read(log));
        }
    }

    private static Process launch(List<String> command, Path directory, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // step keeps its defaults there; a developer's own must neither be read nor written.
        builder.environment().put("STEPPATH", directory.toString());
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.get(0), e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Asks it to end, and ends it when it does not. Stopping twice is harmless. */
    void stop() {
        process.destroy();
        if (!ended(process, POLITE_STOP)) {
            kill();
        }
        forget();
    }

    /** Ends it at once, as a crash would. */
    void kill() {
        process.destroyForcibly();
        ended(process, POLITE_STOP);
        forget();
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException alreadyShuttingDown) {
            // Then the hook itself is doing it.
        }
    }

    private static boolean ended(Process process, Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    private String tail() {
        String text = read(log);
        return text.substring(Math.max(0, text.length() - 4000));
    }

    static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
