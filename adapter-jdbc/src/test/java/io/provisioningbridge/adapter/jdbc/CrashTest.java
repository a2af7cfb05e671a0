package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.testkit.contract.StoreChanges;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that enrolls devices is killed in the middle of it, with SIGKILL, and again: what it acknowledged is there. */
final class CrashTest {

    private static final AddressPools POOLS = AddressPools.parse("10.8.0.0/20").orThrow();
    private static final int THREADS = 8;
    private static final int ENOUGH = 150;

    @TempDir
    private Path directory;

    @Test
    void acknowledgedCommitsShouldSurviveAKilledProcess() throws Exception {
        StoreFile file = new StoreFile(directory.resolve("store.db"));
        Map<String, String> acknowledged = new HashMap<>();
        for (int life = 1; life <= 2; life++) {
            acknowledged.putAll(enrollUntilKilled(file, life));

            assertThat(file.query("PRAGMA integrity_check")).containsExactly("ok");
            try (JdbcDeviceStore store = file.open(POOLS)) {
                Map<String, TunnelAddress> peers = store.peers().addresses();
                acknowledged.forEach((id, address) -> {
                    assertThat(peers.get(id)).as(id).hasToString(address);
                    assertThat(store.find(new DeviceId(id)).orElseThrow().address())
                            .hasToString(address);
                    assertThat(store.certificates(new DeviceId(id))).hasSize(1);
                    assertThat(store.events(new DeviceId(id))).hasSize(2);
                });
                assertThat(store.intents(new DeviceId("hanging-" + life)))
                        .extracting(IssuanceIntent::status)
                        .containsExactly(IssuanceIntent.Status.UNCERTAIN);
                assertThat(new HashSet<>(peers.values())).as("no address twice").hasSameSizeAs(peers.keySet());
                assertThat(file.query("SELECT spelling FROM intents WHERE status = 'OPEN'"))
                        .isEmpty();
                assertThat(file.query("SELECT address FROM leases WHERE kind = 'PENDING'"))
                        .isEmpty();
                file.requireEveryAddressOnce(POOLS);
                assertThat(file.query("SELECT spelling FROM devices EXCEPT SELECT spelling FROM lanes"))
                        .as("devices whose enrollment made no lane due")
                        .isEmpty();
            }
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(2 * ENOUGH);
    }

    private static Map<String, String> enrollUntilKilled(StoreFile file, int life)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashTest.class.getName(),
                        file.path().toString(),
                        Integer.toString(life))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Map<String, String> acknowledged = new HashMap<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // What the pipe still holds after the kill was acknowledged before it, but for a torn last line.
                if (line.endsWith(".")) {
                    String[] words = line.split(" ", -1);
                    acknowledged.put(words[0], words[1]);
                }
                if (acknowledged.size() == ENOUGH) {
                    // By its handle, which leaves the pipe open.
                    process.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("killed by SIGKILL").isEqualTo(128 + 9);
        return acknowledged;
    }

    /** The process: says {@code id address .} of each device once both commits returned. Never ends by itself. */
    public static void main(String[] arguments) {
        PrintStream out = System.out;
        int life = Integer.parseInt(arguments[1]);
        JdbcDeviceStore store = new StoreFile(Path.of(arguments[0])).open(POOLS);
        store.commit(new StoreChanges(-life).reserved("hanging-" + life, Instant.now()));
        for (int thread = 0; thread < THREADS; thread++) {
            String name = "pump-" + life + "-" + thread + "-";
            StoreChanges changes = new StoreChanges(life * 1000L + thread);
            new Thread(() -> {
                        for (int i = 0; ; i++) {
                            Change.Reserved reserved = changes.reserved(name + i, Instant.now());
                            Outcome.Leased leased = (Outcome.Leased) store.commit(reserved);
                            store.commit(changes.enrolled(reserved, Instant.now()));
                            out.println(name + i + " " + leased.address() + " .");
                        }
                    })
                    .start();
        }
    }
}
