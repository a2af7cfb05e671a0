package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeerConfFileTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final PeerKey A = key();
    private static final PeerKey B = key();
    private static final PeerKey FOREIGN = key();
    private static final Result DONE = new Result.Done();
    private static final String SERVER = "[Interface]\nPrivateKey = " + key() + "\nListenPort = 51820\n";

    @TempDir
    private Path directory;

    private Path file;
    private PeerConfFile peers;

    @BeforeEach
    void setUp() throws IOException {
        file = directory.resolve("wg0.conf");
        peers = new PeerConfFile(file);
        edit(SERVER);
    }

    @Test
    void putShouldAppendABlockAndKeepEveryByteOutsideOfIt() throws IOException {
        byte[] odd =
                (SERVER + "# caf\u00e9\r\n\t \nDNS=x # no newline at the end").getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, odd);

        peers.put(List.of(at(A, "10.8.0.2")));
        byte[] after = "\n# mine\u00ff\n[Peer]\nPublicKey=%s\nAllowedIPs=10.9.0.0/16\n"
                .formatted(FOREIGN)
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, after, java.nio.file.StandardOpenOption.APPEND);
        peers.put(List.of(at(B, "10.8.0.3")));

        assertThat(latin1())
                .isEqualTo(new String(odd, StandardCharsets.ISO_8859_1)
                        + "\n# BEGIN provisioning-bridge peers\n"
                        + "# Written by the Provisioning Bridge: changes in here are lost. Put your own outside.\n"
                        + "\n[Peer]\nPublicKey = " + A + "\nAllowedIPs = 10.8.0.2/32\n"
                        + "\n[Peer]\nPublicKey = " + B + "\nAllowedIPs = 10.8.0.3/32\n"
                        + "\n# END provisioning-bridge peers\n"
                        + new String(after, StandardCharsets.ISO_8859_1));
        assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void observeShouldTellPeersInsideAndOutsideOfTheBlock() throws IOException {
        edit(SERVER + "[peer]\nallowedips = 10.9.0.0/16, 10.9.9.9 ,fd00::1\nPUBLICKEY=" + FOREIGN + " # office\n");
        peers.put(List.of(at(A, "10.8.0.2")));

        assertThat(peers.observe())
                .isEqualTo(
                        Map.of(A, Set.of("10.8.0.2/32"), FOREIGN, Set.of("10.9.0.0/16", "10.9.9.9/32", "fd00::1/128")));
        assertThat(peers.evidence()).isEqualTo(Evidence.PROJECTED);
    }

    @Test
    void putShouldRemoveTheKeysItReplacesAndWhoeverHadTheAddress() {
        peers.put(List.of(at(A, "10.8.0.2"), at(B, "10.8.0.3")));
        PeerKey replacement = key();

        assertThat(peers.put(List.of(new Assignment(replacement, address("10.8.0.2"), Set.of(A)))))
                .containsExactly(DONE);
        assertThat(peers.observe()).containsOnlyKeys(replacement, B);

        peers.put(List.of(at(A, "10.8.0.3")));
        assertThat(peers.observe()).containsOnlyKeys(replacement, A);

        peers.put(List.of(at(A, "10.8.0.4")));
        assertThat(peers.observe()).isEqualTo(Map.of(replacement, Set.of("10.8.0.2/32"), A, Set.of("10.8.0.4/32")));
    }

    @Test
    void removeShouldTakePeersOutAndCallAbsentOnesRemoved() {
        peers.put(List.of(at(A, "10.8.0.2"), at(B, "10.8.0.3")));

        assertThat(peers.remove(List.of(A, key()))).containsExactly(DONE, DONE);
        assertThat(peers.observe()).containsOnlyKeys(B);
    }

    @Test
    void peersOfOthersShouldBeRefusedByKeyAndByAddressAndTheRestOfTheBatchDone() throws IOException {
        edit(SERVER + "[Peer]\nPublicKey = " + FOREIGN + "\nAllowedIPs = 10.8.0.9\n");

        List<Result> results = peers.put(List.of(
                at(FOREIGN, "10.8.0.2"),
                at(A, "10.8.0.9"),
                new Assignment(A, address("10.8.0.2"), Set.of(FOREIGN)),
                at(B, "10.8.0.3")));

        assertThat(results.subList(0, 3))
                .allSatisfy(
                        result -> assertThat(((Result.Refused) result).why()).contains(FOREIGN + "", "outside"));
        assertThat(results.get(3)).isEqualTo(DONE);
        assertThat(peers.remove(List.of(FOREIGN)).get(0)).isInstanceOf(Result.Refused.class);
        assertThat(peers.observe()).isEqualTo(Map.of(FOREIGN, Set.of("10.8.0.9/32"), B, Set.of("10.8.0.3/32")));
    }

    @Test
    void nothingShouldBeWrittenWhenNothingChanges() throws IOException {
        String untouched = instance();
        peers.remove(List.of(A));
        assertThat(instance()).isEqualTo(untouched);

        peers.put(List.of(at(A, "10.8.0.2")));
        String written = instance();
        peers.put(List.of(at(A, "10.8.0.2")));
        peers.remove(List.of(B));
        new PeerConfFile(file).put(List.of(at(A, "10.8.0.2")));

        assertThat(instance()).isEqualTo(written).isNotEqualTo(untouched);
    }

    @Test
    void whatSomebodyWroteIntoTheBlockShouldBePutRight() throws IOException {
        peers.put(List.of(at(A, "10.8.0.2"), at(B, "10.8.0.3")));
        String right = latin1();
        edit(right.replace("10.8.0.2/32", "10.8.0.2/32, 0.0.0.0/0").replace(B + "\n", B + "\nPresharedKey = x\n"));

        assertThat(peers.observe().get(A)).containsExactlyInAnyOrder("10.8.0.2/32", "0.0.0.0/0");
        peers.put(List.of(at(A, "10.8.0.2")));

        assertThat(latin1()).isEqualTo(right);
    }

    @Test
    void removeShouldAlsoTakeAPeerOutThatSomebodyChangedInTheBlock() throws IOException {
        peers.put(List.of(at(A, "10.8.0.2")));
        edit(latin1().replace("10.8.0.2/32", "10.8.0.0/24"));

        peers.remove(List.of(A));

        assertThat(peers.observe()).isEmpty();
    }

    @Test
    void epochShouldChangeOnlyWhenSomebodyElseChangedTheFile() throws IOException {
        long first = peers.epoch();
        peers.put(List.of(at(A, "10.8.0.2")));
        peers.observe();
        assertThat(peers.epoch()).isEqualTo(first);

        edit(SERVER);
        peers.put(List.of(at(B, "10.8.0.3")));
        long second = peers.epoch();
        assertThat(second).isNotEqualTo(first);
        assertThat(peers.observe()).containsOnlyKeys(B);

        Files.delete(file);
        assertThat(peers.epoch()).isEqualTo(second);
        edit(SERVER);
        assertThat(peers.epoch()).isNotEqualTo(second);
    }

    @Test
    void modeShouldBeKept() throws IOException {
        for (String mode : List.of("rw-------", "rw-r-----", "rw-rw-r--")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            peers.put(List.of(at(key(), "10.8.0.2")));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo(mode);
        }
    }

    @Test
    void absentConfigurationShouldBeUnavailableWithAHintAndStayAbsent() throws IOException {
        Files.delete(file);

        assertUnavailable("wireguard init");
        assertThat(file).doesNotExist();
    }

    @Test
    void fileThatNoServerCouldRunWithShouldStayAsItIs() throws IOException {
        String block = ServerConf.BEGIN + "\n" + ServerConf.END + "\n";
        Map<String, String> broken = Map.of(
                "",
                "PrivateKey",
                "[Interface]\nListenPort = 1\n",
                "PrivateKey",
                "[Peer]\nPrivateKey = x\n",
                "PrivateKey",
                SERVER + ServerConf.BEGIN + "\n",
                "no \"# END",
                SERVER + ServerConf.END + "\n",
                "ends nothing",
                SERVER + block + block,
                "second line",
                SERVER + block + ServerConf.END + "\n",
                "ends nothing",
                SERVER + block + "AllowedIPs = 0.0.0.0/0\n",
                "without a new section");
        for (Map.Entry<String, String> each : broken.entrySet()) {
            edit(each.getKey());
            assertUnavailable(each.getValue());
            assertThat(latin1()).isEqualTo(each.getKey());
        }
    }

    @Test
    void symbolicLinkShouldNeitherBeFollowedNorReplaced() throws IOException {
        Path target = directory.resolve("target");
        Files.move(file, target);
        Files.createSymbolicLink(file, target);

        assertUnavailable("not a regular file");
        assertThat(file).isSymbolicLink();
    }

    @Test
    void fullDiskShouldBeUnavailableAndTheNextCallStartFromWhatIsThere() throws IOException {
        peers.put(List.of(at(A, "10.8.0.2")));
        Path inTheWay = Files.createDirectories(directory.resolve(".wg0.conf.tmp/x"));

        assertThatThrownBy(() -> peers.put(List.of(at(B, "10.8.0.3")))).isInstanceOf(BackendUnavailableException.class);
        assertThat(peers.observe()).containsOnlyKeys(A);

        Files.delete(inTheWay);
        peers.put(List.of(at(B, "10.8.0.3")));
        assertThat(peers.observe()).containsOnlyKeys(A, B);
    }

    @Test
    void configurationOfInitShouldTakePeers() {
        WireGuardServerFiles files = new WireGuardServerFiles(directory, "wg1");
        files.create(AddressPools.parse("10.8.0.0/24").orThrow(), 51820, RANDOM).orThrow();
        PeerConfFile made = new PeerConfFile(files.configuration());

        made.put(List.of(at(A, "10.8.0.2")));

        assertThat(made.observe()).containsOnlyKeys(A);
    }

    private void assertUnavailable(String text) {
        assertThatThrownBy(() -> peers.put(List.of(at(A, "10.8.0.2"))))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.effect()).isEqualTo(Effect.NONE))
                .hasMessageContaining(text);
        assertThatThrownBy(peers::observe).isInstanceOf(BackendUnavailableException.class);
    }

    private void edit(String text) throws IOException {
        Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    }

    private String latin1() throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    private String instance() throws IOException {
        return Files.getAttribute(file, "unix:ino") + " " + Files.getLastModifiedTime(file);
    }

    private static Assignment at(PeerKey key, String address) {
        return new Assignment(key, address(address), Set.of());
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }

    private static PeerKey key() {
        return X25519.generate(RANDOM).publicKey();
    }
}
