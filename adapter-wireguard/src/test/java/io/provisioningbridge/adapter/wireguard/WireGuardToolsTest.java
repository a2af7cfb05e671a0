package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the real tools say of keys and configurations. */
class WireGuardToolsTest {

    private static final TunnelAddress ADDRESS = TunnelAddress.parse("10.8.0.2").orThrow();

    private final WireGuardTunnelConfigWriter writer =
            WireGuardTunnelConfigWriterTest.writer("[2001:db8::1]:51820", new Mtu(1420));

    @Test
    @RequiresServer("wg")
    void wgShouldDeriveTheSamePublicKeys() throws IOException, InterruptedException {
        List<PeerKeyPair> pairs = Stream.generate(writer::newKeyPair).limit(300).toList();
        String privateKeys =
                pairs.stream().map(pair -> pair.privateKey().reveal() + "\n").collect(Collectors.joining());

        Programs.Ended wg = Programs.run(
                privateKeys, List.of("sh", "-c", "while read -r key; do echo \"$key\" | wg pubkey || exit 1; done"));

        assertThat(wg.status()).as(wg.output()).isZero();
        assertThat(wg.output().lines())
                .containsExactlyElementsOf(
                        pairs.stream().map(pair -> pair.publicKey().base64()).toList());
    }

    @Test
    @RequiresServer("wg")
    void keysOfWgShouldBePeerKeys() throws IOException, InterruptedException {
        Programs.Ended wg =
                Programs.run("", List.of("sh", "-c", "for i in $(seq 300); do wg genkey | wg pubkey || exit 1; done"));

        assertThat(wg.status()).as(wg.output()).isZero();
        assertThat(wg.output()
                        .lines()
                        .map(PeerKey::parse)
                        .map(key -> key.orThrow().base64())
                        .toList())
                .hasSize(300)
                .doesNotHaveDuplicates();
    }

    @Test
    @RequiresServer("wg-quick")
    void wgQuickShouldAcceptTheConfiguration(@TempDir Path directory) throws IOException, InterruptedException {
        Path file = directory.resolve("wg0.conf");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        PeerKeyPair pair = writer.newKeyPair();
        Files.writeString(file, writer.configuration(ADDRESS, pair.privateKey()));

        Programs.Ended stripped = Programs.run("", asRoot("wg-quick", "strip", file.toString()));

        assertThat(stripped.status()).as(stripped.output()).isZero();
        assertThat(stripped.output().lines().filter(line -> !line.isBlank() && !line.startsWith("#")))
                .containsExactly(
                        "[Interface]",
                        "PrivateKey = " + pair.privateKey().reveal(),
                        "[Peer]",
                        "PublicKey = " + writer.serverKey(),
                        "Endpoint = [2001:db8::1]:51820",
                        "AllowedIPs = 10.8.0.0/24, 10.9.0.0/16",
                        "PersistentKeepalive = 25");
    }

    /** wg-quick asks sudo for a password when it is not root; here it only becomes root of a user namespace. */
    private static List<String> asRoot(String... command) throws InterruptedException {
        if (System.getProperty("user.name").equals("root")) {
            return List.of(command);
        }
        Programs.assumeWorks("unshare", "-Ur", "true");
        return Programs.under(List.of("unshare", "-Ur"), List.of(command));
    }
}
