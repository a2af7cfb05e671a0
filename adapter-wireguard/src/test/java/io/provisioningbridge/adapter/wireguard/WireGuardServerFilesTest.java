package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.WireGuardServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WireGuardServerFilesTest {

    private static final AddressPools POOLS =
            AddressPools.parse("10.8.0.0/24, 10.9.0.0/16").orThrow();

    @TempDir
    private Path directory;

    private WireGuardServerFiles files;

    @BeforeEach
    void setUp() {
        files = new WireGuardServerFiles(directory.resolve("data"), "wg0");
    }

    @Test
    void createShouldWriteAServerWithTheMasksOfAllPoolsAndNoPeers() throws IOException {
        PeerKey key = create().orThrow();

        String privateKey = Files.readString(files.privateKey()).strip();
        assertThat(Files.readString(files.publicKey())).isEqualTo(key + "\n");
        assertThat(Files.readString(files.configuration()))
                .contains(
                        "[Interface]\nPrivateKey = " + privateKey
                                + "\nAddress = 10.8.0.1/24, 10.9.0.1/16\nListenPort = 51821\n",
                        "\nTable = off\n",
                        ServerConf.BEGIN,
                        ServerConf.END)
                .doesNotContain("[Peer]");
    }

    @Test
    void publicKeyShouldBeTheOneWgMakesOfThePrivateKey() throws IOException, InterruptedException {
        Programs.assumeWorks("wg", "--version");
        PeerKey key = create().orThrow();

        Programs.Ended pubkey = Programs.run(Files.readString(files.privateKey()), List.of("wg", "pubkey"));

        assertThat(pubkey.output().strip()).isEqualTo(key.base64());
    }

    @Test
    @RequiresServer({"wireguard-go", "wg", "wg-quick", "ip", "unshare", "nsenter"})
    void wgQuickShouldBringTheServerUpWithARouteToEachPool() {
        WireGuardServerFiles quick = new WireGuardServerFiles(directory, "wg9");
        PeerKey key = quick.create(POOLS, 51821, new SecureRandom()).orThrow();
        Assignment peer = new Assignment(
                X25519.generate(new SecureRandom()).publicKey(),
                TunnelAddress.parse("10.9.200.7").orThrow(),
                Set.of());
        // For its network alone.
        try (WireGuardServer server =
                WireGuardServer.start(Subnet.parse("10.77.0.0/24").orThrow(), X25519.generate(new SecureRandom()))) {
            server.run("wg-quick", "up", quick.configuration().toString());
            assertThat(server.run("wg", "show", "wg9", "public-key").strip()).isEqualTo(key.base64());
            assertThat(server.run("wg", "show", "wg9", "listen-port").strip()).isEqualTo("51821");
            assertThat(server.run("ip", "route", "get", "10.8.0.77")).contains("dev wg9", "src 10.8.0.1");
            assertThat(server.run("ip", "route", "get", "10.9.200.7")).contains("dev wg9", "src 10.9.0.1");

            server.run("wg-quick", "down", quick.configuration().toString());
            new PeerConfFile(quick.configuration()).put(List.of(peer));
            server.run("wg-quick", "up", quick.configuration().toString());
            assertThat(server.run("wg", "show", "wg9", "allowed-ips").strip())
                    .isEqualTo(peer.key() + "\t10.9.200.7/32");
            server.run("wg-quick", "down", quick.configuration().toString());
        }
    }

    @Test
    void onlyThePublicKeyShouldBeReadableForOthers() throws IOException {
        create().orThrow();

        for (Map.Entry<Path, String> each : Map.of(
                        files.configuration(),
                        "rw-------",
                        files.privateKey(),
                        "rw-------",
                        files.publicKey(),
                        "rw-r--r--")
                .entrySet()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each.getKey())))
                    .isEqualTo(each.getValue());
        }
    }

    @Test
    void createShouldTouchNothingWhenAnyFileIsThere() throws IOException {
        for (Path existing : List.of(files.configuration(), files.privateKey(), files.publicKey())) {
            Files.createDirectories(existing.resolveSibling(""));
            Files.writeString(existing, "mine");

            assertThat(problem(create())).isEqualTo("there is a server already, and it stays as it is: " + existing);

            assertThat(existing).hasContent("mine");
            Files.delete(existing);
            try (Stream<Path> all = Files.walk(directory)) {
                assertThat(all.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }

    @Test
    void createShouldSayWhyNothingCouldBeMade() throws IOException {
        Files.writeString(directory.resolve("data"), "a file where the directory should be");

        assertThat(problem(create())).contains("could not be made");
    }

    private static String problem(Parsed<PeerKey> refused) {
        return refused.fold(key -> "", problem -> problem);
    }

    private Parsed<PeerKey> create() {
        return files.create(POOLS, 51821, new SecureRandom());
    }
}
