package io.provisioningbridge.adapter.wireguard;

import static io.provisioningbridge.adapter.wireguard.PeersDirectory.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerImportTest {

    private static final AddressPools POOLS =
            AddressPools.parse("10.8.0.0/24,10.9.0.0/16").orThrow();
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private PeersDirectory directory;

    @BeforeEach
    void prepare(@TempDir Path path) {
        directory = new PeersDirectory(path);
    }

    @Test
    void addressesShouldBeReservedForTheIdsThatNameThem() throws IOException {
        PeerImport read = read("""
                {
                  "device-001": "10.8.0.2",
                  "Pump North (old)": "10.8.0.3/32",
                  "Ü-Wagen 東京 🚰": "10.9.255.254",
                  "elsewhere": "192.168.7.9"
                }""");

        assertThat(read.reserved())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "device-001", address("10.8.0.2"),
                        "Pump North (old)", address("10.8.0.3"),
                        "Ü-Wagen 東京 🚰", address("10.9.255.254"),
                        "elsewhere", address("192.168.7.9")));
        assertThat(read.withheld()).isEmpty();
        assertThat(read.leftOut()).isEmpty();
    }

    @Test
    void anAddressOfSeveralIdsShouldBeReservedForNobody() throws IOException {
        PeerImport read = read("""
                {"a":"10.8.0.2","b":"10.8.0.2","c":"10.8.0.2/32","d":"10.8.0.3"}""");

        assertThat(read.reserved()).isEqualTo(Map.of("d", address("10.8.0.3")));
        assertThat(read.withheld()).isEqualTo(Map.of(address("10.8.0.2"), ids("a", "b", "c")));
        assertThat(read.leftOut()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"dev\":\"10.8.0.2\",\"dev\":\"10.8.0.3\"}",
                "{\"dev\":\"10.8.0.2\",\"dev\":\"10.8.0.3\",\"dev\":\"10.8.0.2\"}",
            })
    void anIdWithSeveralAddressesShouldGetNoneOfThem(String text) throws IOException {
        PeerImport read = read(text);

        assertThat(read.reserved()).isEmpty();
        assertThat(read.withheld()).isEqualTo(Map.of(address("10.8.0.2"), ids("dev"), address("10.8.0.3"), ids("dev")));
    }

    @Test
    void twoSpellingsOfOneIdShouldCountAsOneDevice() throws IOException {
        PeerImport read = read("""
                {"Dev":"10.8.0.2","dev":"10.8.0.3","Same":"10.8.0.4","same":"10.8.0.4"}""");

        assertThat(read.reserved()).isEmpty();
        assertThat(read.withheld())
                .isEqualTo(Map.of(
                        address("10.8.0.2"), ids("Dev"),
                        address("10.8.0.3"), ids("dev"),
                        address("10.8.0.4"), ids("Same", "same")));
    }

    @Test
    void anEntryRepeatedWordForWordShouldBeOneEntry() throws IOException {
        assertThat(read("{\"dev\":\"10.8.0.2\",\"dev\":\"10.8.0.2/32\"}").reserved())
                .isEqualTo(Map.of("dev", address("10.8.0.2")));
    }

    @Test
    void aDoubtfulIdShouldTakeItsAddressFromTheOneThatSharesIt() throws IOException {
        PeerImport read = read("""
                {"dev":"10.8.0.2","dev":"10.8.0.3","other":"10.8.0.3","bad\\u0007id":"10.8.0.4","good":"10.8.0.4"}""");

        assertThat(read.reserved()).isEmpty();
        assertThat(read.withheld())
                .isEqualTo(Map.of(
                        address("10.8.0.2"), ids("dev"),
                        address("10.8.0.3"), ids("dev", "other"),
                        address("10.8.0.4"), ids("\"bad\\u0007id\"", "good")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "   ",
                "a\\nb",
                "a\\u0000",
                "\\u001b[31m",
                "a\\u0085b",
                "a\\u202eb",
                "a\\u200bb",
                "\\ufeff",
                "a\\u2028b",
                "\\ue000",
                "\\ufdd0",
                "\\udbff\\udfff"
            })
    void anIdThatCannotBeShownShouldBeLeftOutAndItsAddressWithheld(String id) throws IOException {
        PeerImport read = read("{\"" + id + "\":\"10.8.0.2\"}");

        assertThat(read.reserved()).isEmpty();
        assertThat(read.leftOut()).singleElement().satisfies(leftOut -> {
            assertThat(leftOut.id()).matches("\"[ -~]*\"");
            assertThat(leftOut.reason()).isEqualTo("the id is not 1 to 256 printable characters; 10.8.0.2 is withheld");
            assertThat(read.withheld()).isEqualTo(Map.of(address("10.8.0.2"), ids(leftOut.id())));
        });
    }

    @Test
    void anIdShouldHave256CharactersAndNoMore() throws IOException {
        PeerImport read = read("{\"" + "a".repeat(256) + "\":\"10.8.0.2\",\"" + "b".repeat(257) + "\":\"10.8.0.3\"}");

        assertThat(read.reserved()).containsOnlyKeys("a".repeat(256));
        assertThat(read.withheld()).containsOnlyKeys(address("10.8.0.3"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.8.0.1|10.8.0.1 is the tunnel server's own address",
                "10.9.0.1|10.9.0.1 is the tunnel server's own address",
                "10.8.0.0|10.8.0.0 is the first or last address of its network",
                "10.9.255.255|10.9.255.255 is the first or last address of its network",
                "0.0.0.0|0.0.0.0 is not an address a device can have",
                "127.0.0.1|127.0.0.1 is not an address a device can have",
                "224.0.0.251|224.0.0.251 is not an address a device can have",
                "255.255.255.255|255.255.255.255 is not an address a device can have",
                "10.8.0.0/24|\"10.8.0.0/24\" is not an IPv4 address",
                "10.8.0.2/32/32|\"10.8.0.2/32/32\" is not an IPv4 address",
                "fd00:8::2|\"fd00:8::2\" is not an IPv4 address",
                "10.8.0.300|\"10.8.0.300\" is not an IPv4 address",
                "' 10.8.0.2'|\" 10.8.0.2\" is not an IPv4 address",
                "''|\"\" is not an IPv4 address",
                "pending\\u001b[2J|\"pending\\u001b[2J\" is not an IPv4 address"
            })
    void anEntryWhoseAddressNoDeviceCanHaveShouldBeLeftOut(String value, String reason) throws IOException {
        PeerImport read = read("{\"dev\":\"" + value + "\",\"other\":\"10.8.0.3\"}");

        assertThat(read.reserved()).containsOnlyKeys("other");
        assertThat(read.withheld()).isEmpty();
        assertThat(read.leftOut()).containsExactly(new PeerImport.LeftOut("\"dev\"", reason));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "42", "true", "[\"10.8.0.2\"]", "{\"ip\":\"10.8.0.2\",\"x\":{}}"})
    void anEntryWhoseValueIsNotTextShouldBeLeftOut(String value) throws IOException {
        PeerImport read = read("{\"dev\":" + value + ",\"other\":\"10.8.0.3\"}");

        assertThat(read.reserved()).containsOnlyKeys("other");
        assertThat(read.leftOut()).containsExactly(new PeerImport.LeftOut("\"dev\"", "its value is not text"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"dev\":\"10.8.0.2\"",
                "{\"dev\":\"10.8.0.2\"} x",
                "\"dev\"",
                "{\"\\ud800\":\"10.8.0.2\"}",
                "{\"\\udc00\":\"10.8.0.2\"}"
            })
    void aFileThatIsNoJsonObjectShouldBeRefused(String text) throws IOException {
        assertThat(problem(text)).contains("is not one flat JSON object of ids and addresses, see line 1, column ");
    }

    @Test
    void aFileThatIsNotThereOrNotAFileShouldBeRefused() throws IOException {
        assertThat(problemOf(PeerImport.read(directory.file(), POOLS))).contains("is not there");
        Files.createDirectory(directory.file());
        assertThat(problemOf(PeerImport.read(directory.file(), POOLS))).contains("not a regular file");
    }

    @Test
    void aHugeFileShouldBeRefusedUnread() throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(directory.file().toFile(), "rw")) {
            sparse.setLength(PeersJson.MAX_READ + 1);
        }
        assertThat(problemOf(PeerImport.read(directory.file(), POOLS))).contains("is larger than 64 MiB");
    }

    @Test
    void aLargeInstallationShouldBeTakenOver() throws IOException {
        PeerImport read = read(IntStream.range(0, 60_000)
                .mapToObj(i -> "\"dev-" + i + "\":\""
                        + new TunnelAddress(address("10.9.0.2").number() + i) + "\"")
                .collect(Collectors.joining(",", "{", "}")));

        assertThat(read.reserved()).hasSize(60_000);
    }

    @Test
    void changeShouldReserveAndWithhold() throws IOException {
        PeerImport read = read("{\"a\":\"10.8.0.2\",\"b\":\"10.8.0.3\",\"c\":\"10.8.0.3\",\"d\":\"nowhere\"}");

        Change.AddressesImported change = read.change(NOW, "import-peers");

        assertThat(change.reserved()).isEqualTo(Map.of("a", address("10.8.0.2")));
        assertThat(change.unassignable()).isEqualTo(Set.of(address("10.8.0.3")));
        assertThat(change.audit())
                .isEqualTo(new AuditEvent(
                        NOW,
                        "",
                        AuditEvent.Action.ADDRESSES_IMPORTED,
                        "import-peers",
                        "1 reserved, 1 withheld, 1 left out, from a file with SHA-256 "
                                + Fingerprint.hashOf(directory.file())));
    }

    @Test
    void anotherInstallationsFileShouldStopTheStartUntilItIsImported() throws IOException {
        String text = "{\"a\":\"10.8.0.2\",\"b\":\"10.8.0.3\",\"c\":\"10.8.0.3\",\"d\":\"nowhere\",\"a\":\"10.8.0.2\"}";
        try (InMemoryDeviceStore store = new InMemoryDeviceStore(POOLS);
                CapturedLog log = new CapturedLog(CdmPeersFile.class)) {
            PeerImport read = read(text);
            assertThat(open(store).value()).as("before").isEmpty();

            assertThat(store.commit(read.change(NOW, "import-peers"))).isInstanceOf(Outcome.Committed.class);
            assertThat(open(store).value())
                    .as("what was left out would be lost without a word")
                    .isEmpty();

            openAfter(read, store).orThrow().publish(store.peers());
            assertThat(directory.entries()).isEqualTo(Map.of("a", address("10.8.0.2")));
            assertThat(open(store).value()).as("after").isPresent();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void aFileThatChangedSinceItWasReadShouldNotBeOverwritten() throws IOException {
        try (InMemoryDeviceStore store = new InMemoryDeviceStore(POOLS)) {
            PeerImport read = read("{\"a\":\"10.8.0.2\"}");
            store.commit(read.change(NOW, "import-peers"));
            directory.edit("{\"a\":\"10.8.0.2\",\"b\":\"10.8.0.3\"}");

            assertThat(problemOf(openAfter(read, store))).contains("\"b\" (10.8.0.3)");
        }
    }

    @Test
    void aFileOnlyItsOwnerCanReadShouldBeTakenOverWithoutAWarning() throws IOException {
        try (InMemoryDeviceStore store = new InMemoryDeviceStore(POOLS);
                CapturedLog log = new CapturedLog(CdmPeersFile.class)) {
            PeerImport read = read("{\"a\":\"10.8.0.2\",\"d\":\"nowhere\"}");
            Files.setPosixFilePermissions(directory.file(), PosixFilePermissions.fromString("rw-------"));
            store.commit(read.change(NOW, "import-peers"));

            openAfter(read, store).orThrow().publish(store.peers());

            assertThat(directory.mode()).isEqualTo("rw-r--r--");
            assertThat(log.lines()).isEmpty();
        }
    }

    private PeerImport read(String text) throws IOException {
        directory.edit(text);
        return PeerImport.read(directory.file(), POOLS).orThrow();
    }

    private String problem(String text) throws IOException {
        directory.edit(text);
        return problemOf(PeerImport.read(directory.file(), POOLS));
    }

    private static String problemOf(Parsed<?> parsed) {
        return parsed.fold(result -> "no problem", problem -> problem);
    }

    private Parsed<CdmPeersFile> open(InMemoryDeviceStore store) {
        return CdmPeersFile.open(directory.path(), store.identity(), store.peers(), store::everLeased);
    }

    private Parsed<CdmPeersFile> openAfter(PeerImport imported, InMemoryDeviceStore store) {
        return CdmPeersFile.openAfter(imported, directory.path(), store.identity(), store.peers(), store::everLeased);
    }

    private static SortedSet<String> ids(String... ids) {
        return new TreeSet<>(Set.of(ids));
    }
}
