package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs that end by themselves, and ends those that do not in time. What they print goes into temporary files, which
 * only this user may read: reading a pipe could not be given up. Immutable.
 *
 * @param prefix words before each command, such as {@code sudo -n} or {@code ip netns exec vpn}
 */
record Command(List<String> prefix) {

    Command {
        prefix = List.copyOf(prefix);
    }

    /**
     * How a program ended.
     *
     * @param errors what it said on standard error, on one line
     */
    record Ended(int status, String output, String errors) {}

    /** @throws BackendUnavailableException when it cannot be started, does not end in time, or the thread is interrupted */
    Ended run(List<String> words, Deadline until) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(words);
        Path directory = temporaryDirectory();
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        try {
            Process process = start(command, output, errors);
            int status = await(process, words.get(0), until);
            return new Ended(
                    status,
                    Files.readString(output),
                    Files.readString(errors).strip().replaceAll("\\s+", " "));
        } catch (IOException e) {
            throw new BackendUnavailableException("what " + words.get(0) + " printed is lost", Effect.POSSIBLE, e);
        } finally {
            delete(output);
            delete(errors);
            delete(directory);
        }
    }

    private static Process start(List<String> command, Path output, Path errors) {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        // Its messages are looked at.
        builder.environment().put("LC_ALL", "C");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new BackendUnavailableException(
                    "`" + command.get(0) + "` cannot be started: install wireguard-tools where the bridge runs ("
                            + e.getMessage() + ")",
                    Effect.NONE,
                    e);
        }
    }

    private static int await(Process process, String program, Deadline until) {
        try {
            if (process.waitFor(until.remainingNanos(), TimeUnit.NANOSECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new BackendUnavailableException(
                    "`" + program + "` did not end in time and was ended: WireGuard hangs, or has too much to do",
                    Effect.POSSIBLE);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException(
                    "interrupted while `" + program + "` was running", Effect.POSSIBLE, e);
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("wireguard-");
        } catch (IOException e) {
            throw new BackendUnavailableException("no place for what `wg` prints", Effect.NONE, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(Command.class.getName()).log(System.Logger.Level.DEBUG, "cannot delete " + file, e);
        }
    }
}
