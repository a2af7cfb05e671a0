package io.provisioningbridge.adapter.wireguard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Other programs, and this one in another process. */
final class Programs {

    private Programs() {}

    /** How a program ended, and what it said on standard output and standard error together. */
    record Ended(int status, String output) {}

    /** Runs a program to its end. */
    static Ended run(String input, List<String> command) throws IOException, InterruptedException {
        Path stdin = Files.createTempFile("stdin", "");
        Path stdout = Files.createTempFile("stdout", "");
        try {
            Files.writeString(stdin, input);
            Process process = new ProcessBuilder(command)
                    .redirectInput(stdin.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(stdout.toFile())
                    .start();
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " did not end");
            }
            return new Ended(process.exitValue(), Files.readString(stdout, StandardCharsets.UTF_8));
        } finally {
            Files.delete(stdin);
            Files.delete(stdout);
        }
    }

    /** The command that runs a main class of the tests in a process of its own. */
    static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The same command after another one's words. */
    static List<String> under(List<String> wrapper, List<String> command) {
        List<String> all = new ArrayList<>(wrapper);
        all.addAll(command);
        return all;
    }

    /** Skips the test, and says so, where this command does not work. */
    static void assumeWorks(String... command) throws InterruptedException {
        String reason;
        try {
            Ended ended = run("", List.of(command));
            if (ended.status() == 0) {
                return;
            }
            reason = ended.output().strip();
        } catch (IOException e) {
            reason = e.getMessage();
        }
        String words = String.join(" ", command);
        System.out.println("SKIPPED: `" + words + "` does not work here: " + reason);
        Assumptions.abort(words + " does not work here: " + reason);
    }
}
