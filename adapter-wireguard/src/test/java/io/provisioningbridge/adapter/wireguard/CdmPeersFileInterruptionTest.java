package io.provisioningbridge.adapter.wireguard;

import static io.provisioningbridge.adapter.wireguard.PeersDirectory.STORE;
import static io.provisioningbridge.adapter.wireguard.PeersDirectory.uniform;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.TunnelAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is found when the bridge or the machine stopped in the middle. The store that looks then has no address in common
 * with the file: it knows its own work by the stamp alone.
 */
class CdmPeersFileInterruptionTest {

    private static final long LATER = 1_000_000;

    private final CapturedLog log = new CapturedLog(CdmPeersFile.class);
    private PeersDirectory directory;

    @BeforeEach
    void prepare(@TempDir Path path) {
        directory = new PeersDirectory(path);
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void theOldFileShouldBeOursWhenPowerFailedBeforeItWasReplaced() throws IOException {
        publish(1, 2);
        String next = directory.text();
        directory.edit(textOf(1));

        CdmPeersFile reopened = directory.openKnowingNothing(2).orThrow();
        assertThat(log.lines()).isEmpty();

        // And again: now the stamp must name the file that was really there, and the newest one.
        reopened.publish(uniform(3, 3));
        String newest = directory.text();
        directory.edit(textOf(1));
        assertThat(directory.openKnowingNothing(3).value()).isPresent();
        directory.edit(newest);
        assertThat(directory.openKnowingNothing(3).value()).isPresent();
        directory.edit(next);
        assertThat(directory.openKnowingNothing(3).value())
                .as("the one that never got there")
                .isEmpty();
    }

    @Test
    void theNewFileShouldBeOursWhenPowerFailedAfterItWasReplaced() throws IOException {
        publish(1, 2);

        CdmPeersFile reopened = directory.openKnowingNothing(2).orThrow();
        reopened.publish(uniform(2, 3));

        assertThat(directory.text()).isEqualTo(textOf(2));
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void nothingShouldBeAnybodysWhenPowerFailedBeforeTheFirstFileWasInPlace() throws IOException {
        publish(1);
        Files.delete(directory.file());

        directory.openKnowingNothing(1).orThrow().publish(uniform(1, 3));

        assertThat(directory.text()).isEqualTo(textOf(1));
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void halfWrittenLeftoversShouldNeitherMatterNorStay() throws IOException {
        publish(1, 2);
        Files.writeString(directory.temporary(), "{\n  \"device-0");
        Files.writeString(directory.stampTemporary(), "store=012");

        directory.openKnowingNothing(2).orThrow().publish(uniform(3, 3));

        assertThat(directory.text()).isEqualTo(textOf(3));
        try (Stream<Path> files = Files.list(directory.path())) {
            assertThat(files).containsExactlyInAnyOrder(directory.file(), directory.stamp());
        }
    }

    @Test
    void aKilledProcessShouldLeaveACompleteFileThatIsKnownAsOurs() throws IOException, InterruptedException {
        Random random = new Random(3);
        long revision = 1;
        for (int round = 0; round < 8; round++) {
            Process process = new ProcessBuilder(
                            Programs.java(PublishForever.class, directory.path().toString(), String.valueOf(revision)))
                    .redirectErrorStream(true)
                    .start();
            long acknowledged = 0;
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (int i = random.nextInt(20); i >= 0; i--) {
                    acknowledged = Long.parseLong(lines.readLine());
                }
            } finally {
                process.destroyForcibly().waitFor();
            }

            SortedMap<String, TunnelAddress> found = directory.entries();
            assertThat(found).hasSize(PublishForever.DEVICES);
            Set<TunnelAddress> said = new HashSet<>(found.values());
            assertThat(said).as("one revision and not a mixture").hasSize(1);
            revision = said.iterator().next().number()
                    - PeersDirectory.address("10.0.0.0").number();
            assertThat(revision).as("no older than what was acknowledged").isGreaterThanOrEqualTo(acknowledged);
            assertThat(directory.openKnowingNothing(LATER).value())
                    .as("known as ours")
                    .isPresent();
            revision++;
        }
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aFullDiskShouldLeaveTheOldFile() throws IOException, InterruptedException {
        String mount = "mount -t tmpfs -o size=256k tmpfs \"$0\"";
        Programs.assumeWorks(
                "unshare", "-Urm", "sh", "-c", mount, directory.path().toString());

        // The file system is seen, and lives, in the child's own mount namespace only.
        Programs.Ended child = Programs.run(
                "",
                Programs.under(
                        List.of(
                                "unshare",
                                "-Urm",
                                "sh",
                                "-c",
                                mount + " && exec \"$@\"",
                                directory.path().toString()),
                        Programs.java(PublishOnFullDisk.class, directory.path().toString())));

        assertThat(child.status()).as(child.output()).isZero();
    }

    // A publication syncs file and stamp and their directory after each rename, and renames both.
    @ParameterizedTest
    @CsvSource({"fsync, 4", "/^rename, 2"})
    void aProcessKilledAtAnyStepShouldLeaveACompleteFileThatIsKnownAsOurs(String call, int timesEach)
            throws IOException, InterruptedException {
        assumeStrace();
        Set<String> left = new HashSet<>();
        int step = 0;
        Programs.Ended child;
        do {
            step++;
            PeersDirectory victim =
                    new PeersDirectory(Files.createDirectory(directory.path().resolve("step" + step)));
            List<String> killer = List.of(
                    "strace",
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    "trace=" + call,
                    "-e",
                    "inject=" + call + ":signal=KILL:when=" + step);
            child = Programs.run(
                    "",
                    Programs.under(
                            killer,
                            Programs.java(PublishTwice.class, victim.path().toString(), "1")));

            String found = Files.exists(victim.file()) ? victim.text() : "";
            assertThat(found).as("step %d", step).isIn("", textOf(1), textOf(2));
            left.add(found);
            assertThat(victim.openKnowingNothing(2).value()).as("step %d", step).isPresent();
        } while (child.status() != 0);

        assertThat(step).as("each step of two publications, then none").isEqualTo(2 * timesEach + 1);
        assertThat(left).containsExactlyInAnyOrder("", textOf(1), textOf(2));
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aSyncThatFailsShouldNotMakeTheFileForeign() throws IOException, InterruptedException {
        assumeStrace();

        // The last sync of the first publication fails; the second one is killed before it replaces the file.
        Programs.run(
                "",
                Programs.under(
                        List.of(
                                "strace",
                                "-f",
                                "-qq",
                                "-o",
                                "/dev/null",
                                "-e",
                                "trace=fsync,/^rename",
                                "-e",
                                "inject=fsync:error=EIO:when=4",
                                "-e",
                                "inject=/^rename:signal=KILL:when=4"),
                        Programs.java(PublishTwice.class, directory.path().toString(), "1")));

        assertThat(directory.text()).isEqualTo(textOf(1));
        assertThat(Files.readString(directory.stamp())).contains("\nrevision=2\n");
        assertThat(directory.openKnowingNothing(2).value()).isPresent();
    }

    @Test
    void everythingShouldBeOnTheDiskBeforeTheNextStep() throws IOException, InterruptedException {
        assumeStrace();
        Path trace = directory.path().resolve("trace");
        Path published = Files.createDirectory(directory.path().resolve("published"));

        Programs.Ended child = Programs.run(
                "",
                Programs.under(
                        List.of(
                                "strace",
                                "-f",
                                "-qq",
                                "-y",
                                "-o",
                                trace.toString(),
                                "-e",
                                "signal=none",
                                "-e",
                                "trace=fsync,/^rename"),
                        Programs.java(PublishTwice.class, published.toString(), "1")));

        assertThat(child.status()).as(child.output()).isZero();
        List<String> once = List.of(
                "fsync .cdm_peers.json.tmp",
                "fsync .cdm_peers.json.stamp.tmp",
                "rename .cdm_peers.json.stamp",
                "fsync published",
                "rename cdm_peers.json",
                "fsync published");
        assertThat(Files.readAllLines(trace).stream().map(CdmPeersFileInterruptionTest::step))
                .containsExactlyElementsOf(Collections.nCopies(2, once).stream()
                        .flatMap(List::stream)
                        .toList());
    }

    /** A line of the trace in words: the call, and the last part of the last path it names. */
    private static String step(String line) {
        return Pattern.compile(".*?(fsync|rename)\\w*\\(.*/([^/\">]+)[\">]+\\) += 0")
                .matcher(line)
                .replaceFirst("$1 $2");
    }

    private static void assumeStrace() throws InterruptedException {
        Programs.assumeWorks("strace", "-f", "-qq", "-o", "/dev/null", "true");
    }

    private void publish(long... revisions) {
        CdmPeersFile peersFile = directory.open(STORE, uniform(0, 0)).orThrow();
        for (long revision : revisions) {
            peersFile.publish(uniform(revision, 3));
        }
    }

    private static String textOf(long revision) {
        StringBuilder text = new StringBuilder("{");
        new TreeMap<>(uniform(revision, 3).addresses())
                .forEach((id, address) ->
                        text.append(text.length() == 1 ? "" : ",").append("\n  \"" + id + "\":\"" + address + "\""));
        return text.append("\n}\n").toString();
    }
}
