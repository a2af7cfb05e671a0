package io.provisioningbridge.adapter.wireguard;

import static io.provisioningbridge.adapter.wireguard.PeersDirectory.STORE;
import static io.provisioningbridge.adapter.wireguard.PeersDirectory.snapshot;
import static io.provisioningbridge.adapter.wireguard.PeersDirectory.uniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.core.port.PublishedPeers;
import io.provisioningbridge.testkit.contract.PeerDirectoryContract;
import io.provisioningbridge.testkit.contract.PublishedPeersContract;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the file while it is open. */
class CdmPeersFileTest implements PeerDirectoryContract, PublishedPeersContract {

    private static final PeerSnapshot TWO = snapshot(1, "device-002", "10.8.0.3", "device-001", "10.8.0.2");
    private static final PeerSnapshot THREE =
            snapshot(2, "device-001", "10.8.0.2", "device-002", "10.8.0.3", "device-003", "10.8.0.4");

    private final CapturedLog log = new CapturedLog(CdmPeersFile.class);
    private PeersDirectory directory;
    private CdmPeersFile peersFile;

    @BeforeEach
    void open(@TempDir Path path) {
        directory = new PeersDirectory(path);
        peersFile = directory.open(STORE, snapshot(0)).orThrow();
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Override
    public PeerDirectory directory() {
        return peersFile;
    }

    @Override
    public SortedMap<String, TunnelAddress> seen() {
        try {
            return Files.exists(directory.file()) ? directory.entries() : new TreeMap<>();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public PublishedPeers published() {
        return peersFile;
    }

    @Override
    public PeerDirectory publishing() {
        return peersFile;
    }

    @Override
    public void overwrite(Map<String, TunnelAddress> entries) {
        try (OutputStream out = Files.newOutputStream(directory.file())) {
            PeersJson.write(PeerSnapshot.of(0, entries), out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void publishedShouldTellApartWhatIsNoAddressAndWhatIsNoDirectory() throws IOException {
        Files.writeString(directory.file(), "{\"a\":\"10.8.0.2/32\",\"b\":\"nowhere\",\"c\":7}");
        SortedMap<String, Parsed<TunnelAddress>> entries = peersFile.published().orThrow();
        Map<String, String> readable = new TreeMap<>();
        entries.forEach((id, address) -> readable.put(id, address.fold(Object::toString, problem -> "?")));
        assertThat(readable).isEqualTo(Map.of("a", "10.8.0.2", "b", "?", "c", "?"));

        Files.writeString(directory.file(), "{\"a\":\"10.8.0.2\"");
        assertThat(peersFile.published().value()).isEmpty();

        Files.delete(directory.file());
        Files.createDirectory(directory.file());
        assertThat(peersFile.published().value()).isEmpty();
    }

    @Test
    void publishShouldWriteOneEntryALineSortedForEverybodyToRead() throws IOException {
        peersFile.publish(TWO);

        assertThat(directory.text()).isEqualTo("""
                {
                  "device-001":"10.8.0.2",
                  "device-002":"10.8.0.3"
                }
                """);
        assertThat(directory.mode()).isEqualTo("rw-r--r--");
    }

    @Test
    void publishShouldWriteAnEmptyObjectWhenThereIsNobody() throws IOException {
        peersFile.publish(snapshot(1));

        assertThat(directory.text()).isEqualTo("{}\n");
    }

    @Test
    void publishShouldLeaveNothingBesideFileAndStamp() throws IOException {
        peersFile.publish(TWO);
        peersFile.publish(THREE);

        try (var files = Files.list(directory.path())) {
            assertThat(files).containsExactlyInAnyOrder(directory.file(), directory.stamp());
        }
    }

    @Test
    void publishShouldNotWriteWhatIsThereAlready() throws IOException {
        peersFile.publish(TWO);
        String before = directory.instance();

        peersFile.publish(TWO);
        peersFile.publish(new PeerSnapshot(5, TWO.addresses()));
        assertThat(directory.instance()).isEqualTo(before);

        peersFile.publish(new PeerSnapshot(6, THREE.addresses()));
        assertThat(directory.instance()).isNotEqualTo(before);
    }

    @Test
    void publishShouldReplaceTheFileAndNeverWriteIntoTheOneReadersHaveOpen() throws IOException {
        peersFile.publish(TWO);
        Path held = directory.path().resolve("held");
        Files.createLink(held, directory.file());

        peersFile.publish(THREE);

        assertThat(Files.readString(held)).doesNotContain("device-003").endsWith("}\n");
        assertThat(seen()).isEqualTo(THREE.addresses());
    }

    @Test
    void publishShouldBringADeletedFileBack() throws IOException {
        peersFile.publish(TWO);
        Files.delete(directory.file());

        peersFile.publish(TWO);

        assertThat(seen()).isEqualTo(TWO.addresses());
        assertThat(log.lines())
                .containsExactly("WARNING " + directory.file() + " was deleted by somebody; it is written again");
    }

    @Test
    void publishShouldUndoAChangeBySomebodyElse() throws IOException {
        peersFile.publish(THREE);
        directory.edit("{\"device-001\":\"10.8.0.2\"}");

        peersFile.publish(THREE);

        assertThat(seen()).isEqualTo(THREE.addresses());
        assertThat(log.lines())
                .containsExactly("WARNING " + directory.file() + " was changed by somebody; it is written anew");
    }

    @Test
    void publishShouldNoticeAChangeThatKeptTheSize() throws IOException {
        peersFile.publish(TWO);
        String before = directory.text();
        directory.edit(before.replace("10.8.0.3", "10.8.0.4"));

        peersFile.publish(TWO);

        assertThat(directory.text()).isEqualTo(before);
    }

    @Test
    void publishShouldNoticeAnotherFileInItsPlace() throws IOException {
        peersFile.publish(TWO);
        String before = directory.text();
        Path other = directory.path().resolve("other");
        Files.writeString(other, before.replace("10.8.0.3", "10.8.0.4"));
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(directory.file()));
        Files.move(other, directory.file(), StandardCopyOption.REPLACE_EXISTING);

        peersFile.publish(TWO);

        assertThat(directory.text()).isEqualTo(before);
    }

    @Test
    void publishShouldTellWhatItOverwritesWhenSomebodyElseAddedEntries() throws IOException {
        peersFile.publish(TWO);
        directory.edit("{\"device-001\":\"10.8.0.2\",\"newcomer\":\"10.8.0.77\"}");

        peersFile.publish(THREE);

        assertThat(seen()).isEqualTo(THREE.addresses());
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("holds 1 entry this bridge knows nothing of: \"newcomer\" (10.8.0.77)")
                .doesNotContain("device-001");
    }

    @Test
    void publishShouldOverwriteRubbishBySomebodyElse() throws IOException {
        peersFile.publish(TWO);
        directory.edit("{\"device-001");

        peersFile.publish(TWO);

        assertThat(seen()).isEqualTo(TWO.addresses());
        assertThat(log.lines()).singleElement().asString().contains("is not one flat JSON object");
    }

    @Test
    void publishShouldReplaceALinkAndNotWhatItPointsTo() throws IOException {
        peersFile.publish(TWO);
        Path elsewhere = directory.path().resolve("elsewhere");
        Files.writeString(elsewhere, "precious");
        Files.delete(directory.file());
        Files.createSymbolicLink(directory.file(), elsewhere);
        Files.createSymbolicLink(directory.temporary(), elsewhere);
        Files.createSymbolicLink(directory.stampTemporary(), elsewhere);

        peersFile.publish(THREE);

        assertThat(elsewhere).hasContent("precious");
        assertThat(directory.file())
                .isRegularFile()
                .satisfies(file -> assertThat(Files.isSymbolicLink(file)).isFalse());
        assertThat(seen()).isEqualTo(THREE.addresses());
    }

    @Test
    void publishShouldWriteForEverybodyWhateverTheUmask() throws IOException, InterruptedException {
        Programs.Ended child = Programs.run(
                "",
                Programs.under(
                        List.of("sh", "-c", "umask 077; exec \"$@\"", "sh"),
                        Programs.java(PublishTwice.class, directory.path().toString(), "1")));

        assertThat(child.status()).as(child.output()).isZero();
        assertThat(directory.mode()).isEqualTo("rw-r--r--");
    }

    @Test
    void publishShouldMakeTheFileReadableAgain() throws IOException {
        peersFile.publish(TWO);
        Files.setPosixFilePermissions(directory.file(), PosixFilePermissions.fromString("rw-------"));

        peersFile.publish(TWO);

        assertThat(directory.mode()).isEqualTo("rw-r--r--");
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void publishShouldChangeNothingWhenOlderAlsoAfterAnEdit() throws IOException {
        peersFile.publish(THREE);
        directory.edit("{}");

        peersFile.publish(TWO);

        assertThat(directory.text()).isEqualTo("{}");
    }

    @Test
    void publishShouldKeepTheOldFileWhenTheNewOneCannotBeWritten() throws IOException {
        peersFile.publish(TWO);
        Path blocker = Files.createDirectories(directory.temporary().resolve("in-the-way"));

        assertThatExceptionOfType(BackendUnavailableException.class)
                .isThrownBy(() -> peersFile.publish(THREE))
                .withMessageContaining(directory.file().toString());
        assertThat(seen()).isEqualTo(TWO.addresses());

        Files.delete(blocker);
        peersFile.publish(THREE);
        assertThat(seen()).isEqualTo(THREE.addresses());
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void publishShouldNotReplaceTheFileWhenTheStampCannotBeWritten() throws IOException {
        peersFile.publish(TWO);
        Path blocker = Files.createDirectories(directory.stampTemporary().resolve("in-the-way"));

        assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> peersFile.publish(THREE));
        assertThat(seen()).isEqualTo(TWO.addresses());

        Files.delete(blocker);
        peersFile.publish(THREE);
        assertThat(seen()).isEqualTo(THREE.addresses());
    }

    @Test
    void publishShouldTryAgainWhenTheFileCouldNotBeReplaced() throws IOException {
        peersFile.publish(TWO);
        Files.delete(directory.file());
        Path blocker = Files.createDirectories(directory.file().resolve("in-the-way"));

        assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> peersFile.publish(THREE));

        Files.delete(blocker);
        Files.delete(directory.file());
        peersFile.publish(THREE);
        assertThat(seen()).isEqualTo(THREE.addresses());
    }

    @Test
    void publishShouldKeepTheInterruptOfItsThread() {
        peersFile.publish(TWO);

        Thread.currentThread().interrupt();
        assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> peersFile.publish(THREE));
        assertThat(Thread.interrupted()).isTrue();

        assertThat(seen()).isEqualTo(TWO.addresses());
        peersFile.publish(THREE);
        assertThat(seen()).isEqualTo(THREE.addresses());
    }

    @Test
    void stampShouldNameTheStoreAndBothContents() throws IOException {
        peersFile.publish(TWO);
        String last = Fingerprint.hashOf(directory.file());
        peersFile.publish(THREE);
        String next = Fingerprint.hashOf(directory.file());

        assertThat(Files.readString(directory.stamp()))
                .isEqualTo("store=" + STORE + "\nrevision=2\nlast=" + last + "\nnext=" + next + "\n");
    }

    @Test
    void contentShouldNotDependOnTheOrderOfTheWorld() throws IOException {
        peersFile.publish(
                PeerSnapshot.of(1, Map.of("b", address(2), "a", address(3), "B", address(4), "Ä", address(5))));

        assertThat(directory.text().lines().map(String::strip))
                .containsExactly(
                        "{",
                        "\"B\":\"10.8.0.4\",",
                        "\"a\":\"10.8.0.3\",",
                        "\"b\":\"10.8.0.2\",",
                        "\"Ä\":\"10.8.0.5\"",
                        "}");
    }

    @Test
    void aLargeFleetShouldBeWrittenAsAStream() throws IOException {
        PeerSnapshot large = uniform(1, 65_000);
        peersFile.publish(large);

        assertThat(directory.text().lines()).hasSize(65_002);
        assertThat(directory.entries()).isEqualTo(large.addresses());
    }

    private static TunnelAddress address(int host) {
        return PeersDirectory.address("10.8.0." + host);
    }
}
