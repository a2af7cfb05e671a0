package io.provisioningbridge.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@RequiresServer({"step-ca", "step"})
class StepCaServerTest {

    @Test
    void serverShouldListenUntilItIsStoppedAndAgainWhenItIsStarted() throws IOException {
        try (StepCaServer server = StepCaServer.initializedByStep("bridge", "secret")) {
            assertThat(listens(server)).isTrue();

            server.stop();
            assertThat(listens(server)).isFalse();

            server.start();
            assertThat(listens(server)).isTrue();
            assertThat(server.authorities()).hasSize(2);
        }
    }

    @Test
    void serverShouldTakeTheHierarchyAndProvisionersOfTheTest() throws IOException {
        try (StepCaServer server = StepCaServer.threeTier(
                StepCaProvisioner.of("bridge", "secret").byPurpose().renewalDisabled())) {
            assertThat(listens(server)).isTrue();
            assertThat(server.authorities()).hasSize(3);
            assertThat(server.rootFingerprint()).matches("[0-9a-f]{64}").isNotEqualTo(server.issuingFingerprint());
        }
    }

    @Test
    void closeShouldRemoveItsDirectory() {
        StepCaServer server = StepCaServer.oneIntermediate(StepCaProvisioner.of("bridge", "secret"));
        Path directory = server.logFile().getParent();
        assertThat(directory).isNotEmptyDirectory();

        server.close();

        assertThat(Files.exists(directory)).isFalse();
    }

    @Test
    void startShouldFailWithTheServersOwnWordsWhenItsConfigurationIsBad() {
        StepCaProvisioner twice = StepCaProvisioner.of("bridge", "secret");

        assertThatThrownBy(() -> StepCaServer.oneIntermediate(twice, twice)).hasMessageContaining("same id");
    }

    private static boolean listens(StepCaServer server) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.url().getPort())) {
            return socket.isConnected();
        } catch (ConnectException refused) {
            return false;
        }
    }
}
