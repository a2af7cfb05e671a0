package io.provisioningbridge.adapter.wireguard;

import static io.provisioningbridge.adapter.wireguard.PeersDirectory.OTHER_STORE;
import static io.provisioningbridge.adapter.wireguard.PeersDirectory.STORE;
import static io.provisioningbridge.adapter.wireguard.PeersDirectory.address;
import static io.provisioningbridge.adapter.wireguard.PeersDirectory.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose file it is that is found at start. */
class CdmPeersFileOpeningTest {

    private static final PeerSnapshot TWO = snapshot(7, "device-001", "10.8.0.2", "device-002", "10.8.0.3");

    private final CapturedLog log = new CapturedLog(CdmPeersFile.class);
    private PeersDirectory directory;

    @BeforeEach
    void prepare(@TempDir Path path) {
        directory = new PeersDirectory(path.resolve("wireguard"));
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void aMissingDirectoryShouldBeMade() throws IOException {
        directory.open(STORE, TWO).orThrow().publish(TWO);

        assertThat(directory.entries()).isEqualTo(TWO.addresses());
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aDirectoryBehindALinkShouldBeUsed(@TempDir Path elsewhere) throws IOException {
        Files.createSymbolicLink(directory.path(), elsewhere);

        directory.open(STORE, TWO).orThrow().publish(TWO);

        assertThat(elsewhere.resolve("cdm_peers.json")).exists();
    }

    @Test
    void openShouldNotWriteAnything() throws IOException {
        directory.open(STORE, TWO).orThrow();

        assertThat(directory.path()).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", " \t\r\n ", "{}", "{}\n", " { \n } \n"})
    void aFileWithoutEntriesShouldBeAnybodys(String text) throws IOException {
        given(text);

        directory.open(STORE, TWO).orThrow().publish(TWO);

        assertThat(directory.entries()).isEqualTo(TWO.addresses());
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void ourOwnFileShouldBeLeftAloneAfterARestart() throws IOException {
        directory.open(STORE, TWO).orThrow().publish(TWO);
        String before = directory.instance();

        directory.open(STORE, TWO).orThrow().publish(TWO);

        assertThat(directory.instance()).isEqualTo(before);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void ourOwnFileShouldBeRecognizedWhateverTheStoreKnowsNow() throws IOException {
        directory.open(STORE, TWO).orThrow().publish(TWO);

        directory.openKnowingNothing(8).orThrow().publish(snapshot(8));

        assertThat(directory.text()).isEqualTo("{}\n");
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aFileThatAnOperatorEditedShouldBeWrittenAnewWhenItHoldsNothingUnknown() throws IOException {
        directory.open(STORE, TWO).orThrow().publish(TWO);
        directory.edit("{\n  \"device-001\" : \"10.8.0.2\"\n}");

        CdmPeersFile opened = directory.open(STORE, TWO).orThrow();
        assertThat(log.lines())
                .containsExactly("WARNING " + directory.file()
                        + " is not as this bridge left it, but holds nothing unknown; it is going to be written anew");

        opened.publish(TWO);
        assertThat(directory.entries()).isEqualTo(TWO.addresses());
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void pastLeasesShouldBeKnown() throws IOException {
        given("{\"device-001\":\"10.8.0.2\",\"Retired\":\"10.8.0.9/32\"}");

        Parsed<CdmPeersFile> opened = CdmPeersFile.open(
                directory.path(),
                STORE,
                TWO,
                (id, address) -> id.equals("Retired") && address.equals(address("10.8.0.9")));

        assertThat(opened.value()).isPresent();
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void anotherInstallationsFileShouldBeRefusedAndLeftAlone() throws IOException {
        String text = "{\"device-001\":\"10.8.0.2\",\"pump\":\"10.8.0.9\",\"device-002\":\"10.8.0.4\"}";
        given(text);

        assertThat(problem(directory.open(STORE, TWO)))
                .isEqualTo(
                        directory.file()
                                + " holds 2 entries this bridge knows nothing of: \"pump\" (10.8.0.9), \"device-002\" (10.8.0.4)."
                                + " Take the addresses over with `./bridge import-peers`, or move the file away if nobody uses them");
        assertThat(directory.text()).isEqualTo(text);
        assertThat(directory.stamp()).doesNotExist();
    }

    @Test
    void aRefusalShouldNotListThousands() throws IOException {
        given(IntStream.range(0, 5000)
                .mapToObj(i -> String.format("\"pump-%04d\":\"10.9.%d.%d\"", i, i / 250, i % 250))
                .collect(Collectors.joining(",", "{", "}")));

        assertThat(problem(directory.open(STORE, TWO)))
                .contains("holds 5000 entries")
                .contains("\"pump-0019\" (10.9.0.19) and 4980 more.")
                .doesNotContain("pump-0020");
    }

    @Test
    void aRefusalShouldBeSafeToShow() throws IOException {
        given("{\"a\\n2026-11-23 ERROR \\u001b[31mowned\\u202e\\\"\":\"10.8.0.2\\nforged\",\"" + "x".repeat(5000)
                + "\":\"10.8.0.3\"}");

        assertThat(problem(directory.open(STORE, TWO)))
                .contains(
                        "\"a\\u000a2026-11-23 ERROR \\u001b[31mowned\\u202e\\\"\" (\"10.8.0.2\\u000aforged\" is not an IPv4 address)")
                .contains("\"" + "x".repeat(80) + "…\" (10.8.0.3)")
                .doesNotContain("\n", "\u001b", "\u202e");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "\"device-001\"",
                "42",
                "{",
                "{\"device-001\"",
                "{\"device-001\":\"10.8.0.2\"",
                "{\"device-001\":\"10.8.0.2\",}",
                "{'device-001':'10.8.0.2'}",
                "{device-001:\"10.8.0.2\"}",
                "{\"device-001\":\"10.8.0.2\"} {}",
                "{\"device-001\":\"10.8.0.2\"}x",
                "# peers\n{}",
                "{\"device-001\":NaN}",
                "{\"a\u0000b\":\"10.8.0.2\"}",
                "\u0000\u0000\u0000",
                "device-001=10.8.0.2"
            })
    void aFileThatIsNoJsonObjectShouldBeRefused(String text) throws IOException {
        given(text);

        assertThat(problem(directory.open(STORE, TWO)))
                .contains("is not one flat JSON object of ids and addresses, see line 1, column ")
                .endsWith("; correct it, or move it away if nobody needs it")
                .matches("[ -~]+");
        assertThat(directory.text()).isEqualTo(text);
    }

    @Test
    void textThatIsNotUtf8ShouldBeRefused() throws IOException {
        Files.createDirectories(directory.path());
        Files.write(directory.file(), "{\"ger\u00e4t\":\"10.8.0.2\"}".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(problem(directory.open(STORE, TWO))).contains("cdm_peers.json is not UTF-8 text; ");
    }

    @Test
    void deepNestingShouldBeRefused() throws IOException {
        given("{\"device-001\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");

        assertThat(directory.open(STORE, TWO).value()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "null", "true", "[\"10.8.0.2\"]", "{\"ip\":\"10.8.0.2\"}", "10.8"})
    void anEntryWhoseValueIsNotTextShouldBeRefused(String value) throws IOException {
        given("{\"device-001\":" + value + ",\"device-002\":\"10.8.0.3\"}");

        assertThat(problem(directory.open(STORE, TWO)))
                .contains("holds 1 entry this bridge knows nothing of: \"device-001\" (its value is not text).");
    }

    @Test
    void anEntryNamedTwiceShouldBeRefused() throws IOException {
        given("{\"device-001\":\"10.8.0.2\",\"device-001\":\"10.8.0.2\"}");

        assertThat(problem(directory.open(STORE, TWO))).contains("\"device-001\" (named twice)");
    }

    @Test
    void aLinkShouldBeRefused(@TempDir Path elsewhere) throws IOException {
        Path target = Files.writeString(elsewhere.resolve("peers.json"), "{}");
        Files.createDirectories(directory.path());
        Files.createSymbolicLink(directory.file(), target);
        assertThat(problem(directory.open(STORE, TWO))).contains("is a symbolic link");

        Files.delete(target);
        assertThat(problem(directory.open(STORE, TWO))).as("dangling").contains("is a symbolic link");
    }

    @Test
    void aDirectoryInItsPlaceShouldBeRefused() throws IOException {
        Files.createDirectories(directory.file());

        assertThat(problem(directory.open(STORE, TWO))).contains("is not a regular file");
    }

    @Test
    void aFileInThePlaceOfTheDirectoryShouldBeRefused() throws IOException {
        Files.writeString(directory.path(), "");

        assertThat(problem(directory.open(STORE, TWO))).contains("cannot be used: ");
    }

    @Test
    void aHugeFileShouldBeRefusedUnread() throws IOException {
        Files.createDirectories(directory.path());
        try (RandomAccessFile sparse = new RandomAccessFile(directory.file().toFile(), "rw")) {
            sparse.setLength(PeersJson.MAX_READ + 1);
        }

        assertThat(problem(directory.open(STORE, TWO))).contains("is larger than 64 MiB");
    }

    @Test
    void aFileOfAnotherStoreShouldBeComparedByItsEntries() throws IOException {
        directory.open(OTHER_STORE, TWO).orThrow().publish(TWO);

        assertThat(problem(directory.openKnowingNothing(8))).contains("holds 2 entries");

        directory.open(STORE, TWO).orThrow().publish(TWO);
        assertThat(log.lines()).singleElement().asString().contains("is not as this bridge left it");
        assertThat(Files.readString(directory.stamp())).contains("store=" + STORE);
        assertThat(directory.openKnowingNothing(8).value())
                .as("ours from now on, though its content never changed")
                .isPresent();
    }

    @Test
    void aStoreThatIsOlderThanItsFileShouldNotForgetAddressesInUse() throws IOException {
        directory.open(STORE, TWO).orThrow().publish(TWO);

        PeerSnapshot restored = snapshot(6, "device-001", "10.8.0.2");
        assertThat(problem(directory.open(STORE, restored)))
                .contains("holds 1 entry")
                .contains("\"device-002\" (10.8.0.3)");
    }

    @Test
    void aStoreThatIsOlderThanItsFileShouldGoOnWhenItKnowsEverything() throws IOException {
        directory.open(STORE, TWO).orThrow().publish(TWO);

        PeerSnapshot restored = new PeerSnapshot(3, TWO.addresses());
        directory.open(STORE, restored).orThrow().publish(restored);

        PeerSnapshot next = snapshot(4, "device-001", "10.8.0.2");
        directory.open(STORE, next).orThrow().publish(next);
        assertThat(directory.entries()).isEqualTo(next.addresses());
        assertThat(log.lines()).as("at the first start only").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rubbish",
                "\u0000\u0001\u00ff",
                "store=0123456789abcdef0123456789abcdef\nrevision=7\n",
                "store=0123456789abcdef0123456789abcdef\nrevision=99999999999999999999\nlast=%1$s\nnext=%1$s\n",
                "store=0123456789abcdef0123456789abcdef\nrevision=-1\nlast=%1$s\nnext=%1$s\n",
                "store=0123456789abcdef0123456789abcdef\nrevision=7\nlast=%1$s\nnext=%1$s\nmore\n"
            })
    void aStampThatMakesNoSenseShouldProveNothing(String stamp) throws IOException {
        directory.open(STORE, TWO).orThrow().publish(TWO);
        Files.writeString(
                directory.stamp(), stamp.formatted(Fingerprint.hashOf(directory.file())), StandardCharsets.ISO_8859_1);

        assertThat(directory.openKnowingNothing(8).value()).isEmpty();
        assertThat(directory.open(STORE, TWO).value()).isPresent();
    }

    @Test
    void aStampThatIsALinkOrHugeShouldProveNothing(@TempDir Path elsewhere) throws IOException {
        directory.open(STORE, TWO).orThrow().publish(TWO);
        Path genuine = Files.move(directory.stamp(), elsewhere.resolve("stamp"));
        assertThat(directory.openKnowingNothing(8).value()).as("no stamp").isEmpty();

        Files.createSymbolicLink(directory.stamp(), genuine);
        assertThat(directory.openKnowingNothing(8).value()).as("a link").isEmpty();

        Files.delete(directory.stamp());
        Files.writeString(directory.stamp(), Files.readString(genuine) + "\n".repeat(100_000));
        assertThat(directory.openKnowingNothing(8).value()).as("huge").isEmpty();

        Files.copy(genuine, directory.stamp(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(directory.openKnowingNothing(8).value())
                .as("the genuine one")
                .isPresent();
    }

    private void given(String text) throws IOException {
        Files.createDirectories(directory.path());
        Files.writeString(directory.file(), text);
    }

    private static String problem(Parsed<CdmPeersFile> opened) {
        return opened.fold(file -> "opened", problem -> problem);
    }
}
