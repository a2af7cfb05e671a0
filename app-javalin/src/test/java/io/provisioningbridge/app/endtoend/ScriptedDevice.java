package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A device: a disk, settings, and a shell that runs the real scripts on them. One at a time. */
final class ScriptedDevice {

    private static final List<String> FILES = List.of(
            "device.key", "device.crt", "device-chain.crt", "ca-chain.crt", "wg0.conf", "wireguard.key", "enrolled");

    private final DeviceShell shell;
    private final Path directory;
    private final Map<String, String> environment = new TreeMap<>();

    /** A script that has ended. */
    record Run(int status, String output, String log) {

        /** The hash that the script printed for the operator. */
        String keyHash() {
            assertThat(output).startsWith("key_sha256=");
            return output.lines().findFirst().orElseThrow().substring("key_sha256=".length());
        }
    }

    /** A script at work. */
    record Running(Process process, Path output, Path log) {

        Run awaitEnd() throws IOException, InterruptedException {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("the script does not end; it said:\n" + Files.readString(log));
            }
            return new Run(process.exitValue(), Files.readString(output), Files.readString(log));
        }
    }

    /** Patient for a few seconds; in {@code directory} of its own, with an empty disk. */
    ScriptedDevice(DeviceShell shell, Path directory, String id, URI bridge, String fingerprint)
            throws IOException, InterruptedException {
        this.shell = shell;
        this.directory = Files.createDirectories(directory);
        Path noSettings = Files.writeString(directory.resolve("bridge-device.conf"), "");
        environment.putAll(Map.of(
                "PATH", shell.path(),
                "ENROLL_CONFIG", noSettings.toString(),
                "CERTS_DIR", certs().toString(),
                "BRIDGE_URL", bridge.toString(),
                "CA_FINGERPRINT", fingerprint,
                "DEVICE_ID", id));
        // Where temporary files are kept on tmpfs, so is this disk.
        environment.putAll(Map.of(
                "ALLOW_VOLATILE_CERTS", "yes",
                "RETRY_FOR", "60",
                "RETRY_MIN", "1",
                "RETRY_MAX", "2",
                "RETRY_SLOW", "1",
                "CONFIRM_FOR", "30",
                "RENEW_JITTER", "0",
                "CLOCK_SYNC_WAIT", "1"));
    }

    ScriptedDevice with(String setting, String value) {
        environment.put(setting, value);
        return this;
    }

    String setting(String name) {
        return environment.getOrDefault(name, "");
    }

    ScriptedDevice without(String setting) {
        environment.remove(setting);
        return this;
    }

    /** A search path that looks into {@code first} before it looks where it did. */
    ScriptedDevice withProgramsOf(Path first) {
        return with("PATH", first + ":" + setting("PATH"));
    }

    Run enroll() throws IOException, InterruptedException {
        return start("enroll.sh").awaitEnd();
    }

    Run renew(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("renew.sh"));
        words.addAll(List.of(arguments));
        return start(words.toArray(String[]::new)).awaitEnd();
    }

    /**
     * @param words name of the script, and its arguments
     */
    Running start(String... words) throws IOException {
        return start(List.of(), words);
    }

    /**
     * @param wrapper the command that starts the shell
     * @param words name of the script, and its arguments
     */
    Running start(List<String> wrapper, String... words) throws IOException {
        Path output = Files.createTempFile(directory, "output", "");
        Path log = Files.createTempFile(directory, "log", "");
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(shell.command());
        command.add(DeviceShell.SCRIPTS.resolve(words[0]).toString());
        command.addAll(List.of(words).subList(1, words.length));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .redirectError(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Running(builder.start(), output, log);
    }

    Path directory() {
        return directory;
    }

    Path certs() {
        return directory.resolve("certs");
    }

    Path file(String name) {
        return certs().resolve(name);
    }

    String text(String name) throws IOException {
        return Files.readString(file(name));
    }

    X509Certificate certificate() throws IOException {
        return Pem.parseCertificates(text("device.crt")).orThrow().get(0);
    }

    String id() throws IOException {
        return text("device-id").strip();
    }

    /** SHA-256 of the public key, as the operator sees it. */
    String keyHash() throws IOException {
        return KeyHash.of(certificate().getPublicKey().getEncoded()).hex();
    }

    /** The line {@code Address = } of the tunnel's configuration. */
    String address() throws IOException {
        return text("wg0.conf")
                .lines()
                .filter(line -> line.startsWith("Address"))
                .findFirst()
                .orElseThrow();
    }

    /** Removes everything on its disk. */
    void loseStorage() throws IOException {
        try (Stream<Path> all = Files.walk(certs())) {
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Whether everything is there, belongs together, is nobody else's to read, and nothing is left of the work. */
    void assertWhole() throws Exception {
        for (String name : FILES) {
            assertThat(file(name)).exists();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
        assertThat(text("wg0.conf"))
                .contains("PrivateKey = " + text("wireguard.key").strip());
        assertThat(file(".bridge/next")).doesNotExist();
        assertThat(file(".bridge/work")).doesNotExist();
        assertThat(openssl("pkey", "-in", "device.key", "-pubout"))
                .isEqualTo(openssl("x509", "-in", "device.crt", "-noout", "-pubkey"));
        assertThat(certificate().getSubjectX500Principal())
                .hasToString("CN=" + text("device-id").strip());
        assertFlagTellsTheTruth();
    }

    /** What another program may rely on at any moment: where the flag is, the files are what it says. */
    void assertFlagTellsTheTruth() throws Exception {
        if (Files.exists(file("enrolled"))) {
            for (String line : text("enrolled")
                    .lines()
                    .filter(l -> l.startsWith("sha256 "))
                    .toList()) {
                String[] words = line.split(" ", 3);
                assertThat(openssl("dgst", "-sha256", "-r", words[1])).as(line).startsWith(words[2]);
            }
        }
    }

    private String openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).directory(certs().toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output;
    }
}
