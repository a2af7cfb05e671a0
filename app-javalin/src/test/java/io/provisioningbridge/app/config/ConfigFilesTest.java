package io.provisioningbridge.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values from a properties file and from files of their own. */
class ConfigFilesTest {

    private static final String SOUND = """
            # The tunnel
            BRIDGE_CA = embedded
            WG_SERVER_ENDPOINT = vpn.example.com:51820
            WG_SERVER_PUBLIC_KEY = q1ftVnTSoU4rjEtqpEoMTPZU4JdqXZVpXCFmmFNq8Xo=
            """;

    @TempDir
    private Path directory;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private ConfigReading read(String properties, String... namesAndValues) throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put("BRIDGE_CONFIG", file("bridge.properties", properties).toString());
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return BridgeConfig.read(environment);
    }

    private static Setting setting(ConfigReading reading, String name) {
        return reading.settings().stream()
                .filter(setting -> setting.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPropertiesFileShouldBeEnough() throws IOException {
        ConfigReading reading = read(SOUND);

        assertThat(reading).isInstanceOf(ConfigReading.Accepted.class);
        assertThat(setting(reading, "WG_SERVER_ENDPOINT"))
                .isEqualTo(new Setting(
                        "WG_SERVER_ENDPOINT",
                        "vpn.example.com:51820",
                        directory.resolve("bridge.properties").toString()));
    }

    @Test
    void theEnvironmentShouldWinOverTheFile() throws IOException {
        ConfigReading reading = read(SOUND + "WG_SUBNET=10.1.0.0/16\n", "WG_SUBNET", "10.2.0.0/16");

        assertThat(setting(reading, "WG_SUBNET")).isEqualTo(new Setting("WG_SUBNET", "10.2.0.0/16", "environment"));
    }

    @Test
    void aValueFileOfTheEnvironmentShouldWinOverAValueOfTheFile() throws IOException {
        Path subnet = file("subnet", "10.3.0.0/16\n");

        ConfigReading reading = read(SOUND + "WG_SUBNET=10.1.0.0/16\n", "WG_SUBNET_FILE", subnet.toString());

        assertThat(setting(reading, "WG_SUBNET"))
                .isEqualTo(new Setting("WG_SUBNET", "10.3.0.0/16", subnet + " (WG_SUBNET_FILE)"));
    }

    @Test
    void anEmptyValueOfTheEnvironmentShouldLeaveTheFilesInForce() throws IOException {
        ConfigReading reading = read(SOUND + "WG_SUBNET=10.1.0.0/16\n", "WG_SUBNET", "");

        assertThat(setting(reading, "WG_SUBNET").value()).isEqualTo("10.1.0.0/16");
    }

    @ParameterizedTest
    @CsvSource({"'secret\n','secret'", "'secret\r\n','secret'", "'secret\n\n','secret\n'", "'secret','secret'"})
    void aValueFileShouldLoseOneTrailingNewline(String content, String secret) throws IOException {
        Path password = file("password", content);

        ConfigReading reading = read(
                SOUND.replace("BRIDGE_CA = embedded", "STEP_CA_URL=https://ca"),
                "STEP_CA_FINGERPRINT",
                "00".repeat(32),
                "STEP_CA_PROVISIONER_NAME",
                "bridge",
                "STEP_CA_PROVISIONER_PASSWORD_FILE",
                password.toString());

        AuthorityConfig.StepCa stepCa = (AuthorityConfig.StepCa)
                ((ConfigReading.Accepted) reading).config().authority();
        assertThat(stepCa.provisioner().password().reveal()).isEqualTo(secret);
        assertThat(setting(reading, "STEP_CA_PROVISIONER_PASSWORD").value()).isEqualTo("***");
    }

    @Test
    void aValueAndItsFileTogetherShouldBeAProblem() throws IOException {
        Path subnet = file("subnet", "10.3.0.0/16");

        assertThat(read(SOUND, "WG_SUBNET", "10.2.0.0/16", "WG_SUBNET_FILE", subnet.toString())
                        .problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.name()).isEqualTo("WG_SUBNET");
                    assertThat(problem.text()).contains("WG_SUBNET_FILE is set as well");
                });
        assertThat(read(SOUND + "WG_SUBNET=10.2.0.0/16\nWG_SUBNET_FILE=" + subnet + "\n")
                        .problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.text()).contains("set as well", "bridge.properties"));
    }

    @Test
    void aValueFileThatCannotBeReadShouldBeTheOnlyProblem() throws IOException {
        assertThat(read(SOUND.replace("WG_SERVER_ENDPOINT =", "WG_SERVER_ENDPOINT_FILE ="))
                        .problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.name()).isEqualTo("WG_SERVER_ENDPOINT");
                    assertThat(problem.text()).contains("there is no file", "(WG_SERVER_ENDPOINT_FILE)");
                });
    }

    @Test
    void anEmptyOrHugeOrForeignValueFileShouldBeAProblem() throws IOException {
        Path empty = file("empty", "\n");
        Path huge = file("huge", "x".repeat(64 * 1024 + 1));
        Path latin1 = Files.write(directory.resolve("latin1"), "gehöft".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(read(
                                SOUND,
                                "WG_SUBNET_FILE",
                                empty.toString(),
                                "BRIDGE_PUBLIC_URL_FILE",
                                huge.toString(),
                                "BRIDGE_DATA_DIR_FILE",
                                latin1.toString(),
                                "BRIDGE_LISTEN_FILE",
                                directory.toString())
                        .problems())
                .extracting(Finding::toString)
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).startsWith("WG_SUBNET:").contains("is empty"),
                        problem -> assertThat(problem)
                                .startsWith("BRIDGE_PUBLIC_URL:")
                                .contains("larger than 64 KiB"),
                        problem -> assertThat(problem)
                                .startsWith("BRIDGE_DATA_DIR:")
                                .contains("not UTF-8"),
                        problem ->
                                assertThat(problem).startsWith("BRIDGE_LISTEN:").contains("is a directory"));
    }

    @Test
    void everyUnknownKeyOfAPropertiesFileShouldBeAProblem() throws IOException {
        assertThat(read(SOUND + "BRIDGE_SERVICE_HOST=x\nSTEP_CA_ROOT=x\nPATH=x\nWG_SUBNETS=10.0.0.0/8\n")
                        .problems())
                .extracting(Finding::name)
                .containsExactlyInAnyOrder("BRIDGE_SERVICE_HOST", "STEP_CA_ROOT", "PATH", "WG_SUBNETS");
    }

    @Test
    void whatOnlyTheEnvironmentCanSayShouldBeAProblemInAPropertiesFile() throws IOException {
        assertThat(read(SOUND + "BRIDGE_CONFIG=/other\nBRIDGE_JAVA_OPTS=-Xmx1g\n")
                        .problems())
                .extracting(Finding::toString)
                .satisfiesExactlyInAnyOrder(
                        problem ->
                                assertThat(problem).startsWith("BRIDGE_CONFIG:").contains("environment only"),
                        problem -> assertThat(problem)
                                .startsWith("BRIDGE_JAVA_OPTS:")
                                .contains("environment only"));
    }

    @Test
    void aKeyThatStandsTwiceShouldBeAProblem() throws IOException {
        assertThat(read(SOUND + "WG_SUBNET=10.1.0.0/16\nWG_SUBNET=10.2.0.0/16\n")
                        .problems())
                .anySatisfy(problem -> {
                    assertThat(problem.name()).isEqualTo("BRIDGE_CONFIG");
                    assertThat(problem.text()).contains("sets WG_SUBNET more than once");
                });
    }

    @Test
    void aBadEscapeShouldBeAProblem() throws IOException {
        assertThat(read(SOUND + "BRIDGE_DATA_DIR=C:\\users\n").problems())
                .anySatisfy(problem -> assertThat(problem.text()).contains("write two for one"));
    }

    @Test
    void aProblemShouldNameTheFileItIsIn() throws IOException {
        assertThat(read(SOUND + "WG_CLIENT_MTU=big\n").problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.text()).endsWith("bridge.properties)"));
    }

    @Test
    void aKeyInPlaceOfItsPathShouldNotBeShown() throws IOException {
        Path key = file("key.pem", "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----\n");

        ConfigReading reading = read(
                SOUND, "BRIDGE_TLS", "files", "BRIDGE_TLS_CERT", key.toString(), "BRIDGE_TLS_KEY_FILE", key.toString());

        assertThat(reading.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.name()).isEqualTo("BRIDGE_TLS_KEY");
            assertThat(problem.text()).contains("the path of a file, not what is in it");
        });
        assertThat(setting(reading, "BRIDGE_TLS_KEY").value()).isEqualTo("(PEM text)");
        assertThat(reading.toString()).doesNotContain("MIGH");
    }
}
