package io.provisioningbridge.benchmarks;

import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.adapter.stepca.FingerprintTrust;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** A bridge in a process of its own, as {@code ./bridge serve} starts it; Linux only, for the figures of the process. */
final class BridgeUnderLoad implements AutoCloseable {

    private static final Pattern LISTENING = Pattern.compile("devices are served on \\S+, port (\\d+)");
    private static final Pattern OPERATORS = Pattern.compile("operators are served on \\S+, port (\\d+)");
    private static final Duration LONGEST_START = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;
    private final int port;

    private BridgeUnderLoad(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** @param launcher the script that users start the bridge with; becomes the bridge's process */
    static BridgeUnderLoad start(Path launcher, Path directory, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path log = directory.resolve("bridge.log");
        ProcessBuilder builder = new ProcessBuilder(List.of(launcher.toString(), "serve"))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        Instant end = Instant.now().plus(LONGEST_START);
        while (process.isAlive() && Instant.now().isBefore(end)) {
            Matcher listening = LISTENING.matcher(Files.readString(log));
            if (listening.find()) {
                return new BridgeUnderLoad(process, log, Integer.parseInt(listening.group(1)));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        process.destroyForcibly();
        throw new IOException("the bridge did not start:\n" + Files.readString(log));
    }

    URI url() {
        return URI.create("https://localhost:" + port);
    }

    /** Of the listener for operators. */
    URI operatorUrl() throws IOException {
        Matcher listening = OPERATORS.matcher(log());
        if (!listening.find()) {
            throw new IOException("it does not listen to operators:\n" + log());
        }
        return URI.create("http://127.0.0.1:" + listening.group(1));
    }

    /** What makes a client trust it by its root; waits until it has got its own certificate. */
    SSLContext trust(CertificateFingerprint root) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return FingerprintTrust.ofBridge(url(), root, Duration.ofSeconds(10))
                        .context();
            } catch (BackendUnavailableException e) {
                if (attempt == 100) {
                    throw new IOException(log(), e);
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** User and system time it has used so far. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** The most memory it was resident with so far, in MiB. */
    long peakMebibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
