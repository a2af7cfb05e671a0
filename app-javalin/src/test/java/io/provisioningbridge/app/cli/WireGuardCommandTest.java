package io.provisioningbridge.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WireGuardCommandTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int init(Map<String, String> environment) {
        Terminal terminal = new Terminal(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return Main.commandLine(terminal).execute("wireguard", "init");
    }

    @Test
    void initShouldMakeAServerBeforeTheBridgeHasAConfigurationAndPrintItsKey() throws IOException {
        assertThat(init(Map.of("BRIDGE_DATA_DIR", directory.toString()))).isZero();

        Path made = directory.resolve("wireguard");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("WG_SERVER_PUBLIC_KEY=" + Files.readString(made.resolve("server/publickey-server")));
        assertThat(made.resolve("wg_confs/wg0.conf"))
                .content()
                .contains("\nAddress = 10.8.0.1/24\n", "\nListenPort = 51820\n");
    }

    @Test
    void initShouldFollowTheConfiguration() {
        Map<String, String> environment = Map.of(
                "WG_CONFIG_DIR", directory.toString(),
                "WG_SUBNET", "10.7.0.0/16",
                "WG_SERVER_ENDPOINT", "vpn.example.com:4711",
                "WG_INTERFACE", "devices");

        assertThat(init(environment)).isZero();

        assertThat(directory.resolve("wg_confs/devices.conf"))
                .content()
                .contains("\nAddress = 10.7.0.1/16\n", "\nListenPort = 4711\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("wg-quick up " + directory);
    }

    @Test
    void initShouldNeverOverwriteAServer() throws IOException {
        Map<String, String> environment = Map.of("WG_CONFIG_DIR", directory.toString());
        init(environment);
        String made = Files.readString(directory.resolve("wg_confs/wg0.conf"));
        out.reset();

        assertThat(init(environment)).isEqualTo(1);

        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is a server already");
        assertThat(directory.resolve("wg_confs/wg0.conf")).hasContent(made);
    }

    @Test
    void initShouldMakeNothingFromAWrongConfiguration() {
        assertThat(init(Map.of(
                        "WG_CONFIG_DIR", directory.toString(), "WG_SUBNET", "10.8.0.1/24", "WG_INTERFACE", "a/b")))
                .isEqualTo(2);

        assertThat(err.toString(StandardCharsets.UTF_8)).contains("WG_SUBNET: ", "WG_INTERFACE: ");
        assertThat(directory).isEmptyDirectory();
    }
}
