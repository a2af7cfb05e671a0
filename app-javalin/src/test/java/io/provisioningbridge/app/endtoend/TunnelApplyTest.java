package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.testkit.server.RequiresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The other ways in which the tunnel server learns its peers; {@link TunnelLifeTest} goes by its socket. */
@RequiresServer({
    "step-ca",
    "step",
    "dash",
    "bash",
    "openssl",
    "curl",
    "wg",
    "wg-quick",
    "wireguard-go",
    "ip",
    "ping",
    "unshare",
    "nsenter"
})
class TunnelApplyTest {

    private static final Path APPLY_PEERS = Path.of("..", "deploy", "wireguard", "apply-peers.sh")
            .toAbsolutePath()
            .normalize();
    private static final Duration LONGEST = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"file, projected", "command, observed"})
    void peerShouldComeAndGoWithItsDevice(String apply, String evidence) throws Exception {
        try (TunnelSite site = TunnelSite.open(Files.createDirectory(directory.resolve("site")), apply)) {
            if (apply.equals("file")) {
                site.keepRunning(
                        "dash", APPLY_PEERS.toString(), site.serverFile().toString());
            }
            TunnelDevice device = site.device(directory.resolve("device"), "device-1");

            device.enroll();
            device.bringTunnelUp();
            Await.until("the device reaches the server", LONGEST, device::reachesServer);
            assertThat(site.reaches(device)).isTrue();

            String receipt = site.bridge("devices", "decommission", "device-1", "--reason", "sold", "--wait", "60")
                    .succeeded()
                    .output();
            Await.until("the peer is gone", LONGEST, () -> !site.peers().containsKey(device.publicKey()));
            assertThat(device.reachesServer()).isFalse();
            assertThat(site.peers()).hasSize(1).containsValue(TunnelSite.FOREIGN_ADDRESS);
            assertThat(receipt)
                    .containsPattern("complete +yes")
                    .containsPattern("tunnel: done\n.*\n +" + evidence + ":");
        }
    }
}
