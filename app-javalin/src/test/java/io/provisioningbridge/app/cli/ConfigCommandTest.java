package io.provisioningbridge.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigCommandTest {

    private static final Map<String, String> SOUND = Map.of(
            "STEP_CA_URL", "https://ca:9000",
            "STEP_CA_FINGERPRINT", "0f".repeat(32),
            "STEP_CA_PROVISIONER_NAME", "bridge",
            "STEP_CA_PROVISIONER_PASSWORD", "hunter2",
            "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
            "WG_SERVER_PUBLIC_KEY", "q1ftVnTSoU4rjEtqpEoMTPZU4JdqXZVpXCFmmFNq8Xo=");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... arguments) {
        Terminal terminal = new Terminal(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return Main.commandLine(terminal).execute(arguments);
    }

    private static Map<String, String> soundAnd(String name, String value) {
        Map<String, String> environment = new HashMap<>(SOUND);
        environment.put(name, value);
        return environment;
    }

    private List<String> printed() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void checkShouldPassASoundConfigurationWithItsWarnings() {
        assertThat(run(SOUND, "config", "check")).isZero();

        assertThat(printed())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("warning: BRIDGE_PUBLIC_URL: not set"),
                        line -> assertThat(line).isEqualTo("The server would start with this configuration."));
        assertThat(complained()).isEmpty();
    }

    @Test
    void checkShouldListEverythingThatIsWrong() {
        Map<String, String> environment = soundAnd("BRIDGE_LISTN", "x");
        environment.put("WG_SUBNET", "everything");

        assertThat(run(environment, "config", "check")).isEqualTo(2);

        assertThat(printed())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("error: BRIDGE_LISTN:")
                                .endsWith("did you mean BRIDGE_LISTEN?"),
                        line -> assertThat(line).startsWith("error: WG_SUBNET:"),
                        line -> assertThat(line).startsWith("warning: BRIDGE_PUBLIC_URL:"),
                        line -> assertThat(line).isEqualTo("The server would not start."));
    }

    @Test
    void showShouldAlignNamesValuesAndSources() {
        assertThat(run(SOUND, "config", "show")).isZero();

        List<String> lines = printed();
        int valueColumn = lines.get(0).indexOf("-");
        assertThat(lines)
                .anyMatch(line -> line.matches("WG_SERVER_ENDPOINT +vpn.example.com:51820 +environment"))
                .anyMatch(line -> line.matches("WG_SUBNET +10.8.0.0/24 +default"))
                .anyMatch(line -> line.matches("BRIDGE_PUBLIC_URL +- +not set"))
                .anyMatch(line -> line.matches("STEP_CA_PROVISIONER_PASSWORD +\\*\\*\\* +environment"))
                .allSatisfy(line -> assertThat(line.substring(0, valueColumn)).matches("[A-Z_]+ +"))
                .noneMatch(line -> line.contains("hunter2"));
    }

    @Test
    void showShouldShowAlsoWhatIsWrong() {
        assertThat(run(soundAnd("WG_SUBNET", "everything"), "config", "show")).isEqualTo(2);

        assertThat(printed()).anyMatch(line -> line.matches("WG_SUBNET +everything +environment"));
        assertThat(complained()).contains("The configuration has 1 problem:").contains("WG_SUBNET: ");
    }

    @Test
    void helpShouldListTheCommands() {
        assertThat(run(Map.of(), "--help")).isZero();

        assertThat(printed())
                .anyMatch(line -> line.startsWith("Usage: bridge"))
                .anyMatch(line -> line.contains("config"));
    }

    @Test
    void versionShouldPrintOneLineEverywhere() {
        assertThat(run(Map.of(), "--version")).isZero();
        assertThat(run(Map.of(), "config", "check", "--version")).isZero();

        assertThat(printed()).hasSize(2).allMatch(line -> line.startsWith("provisioning-bridge "));
    }

    @Test
    void anythingElseShouldBeMisuse() {
        assertThat(run(SOUND)).isEqualTo(2);
        assertThat(run(SOUND, "conifg")).isEqualTo(2);
        assertThat(run(SOUND, "config")).isEqualTo(2);
        assertThat(run(SOUND, "config", "check", "--fast")).isEqualTo(2);

        assertThat(printed()).isEmpty();
        assertThat(complained()).contains("Missing required subcommand", "conifg", "--fast");
    }
}
