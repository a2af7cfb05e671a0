package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** step-ca is down, or set up otherwise than the bridge was told, when the bridge starts. */
@RequiresServer("step-ca")
class OutageAtStartTest {

    @TempDir
    private Path directory;

    @Test
    void bridgeShouldServeAsSoonAsStepCaIsThere() throws Exception {
        try (StepCaServer stepCa = StepCaServer.oneIntermediate(StepCaProvisioner.of("iot-bridge", "secret"))) {
            stepCa.stop();
            try (BridgeProcess bridge = BridgeProcess.serve(directory, environment(stepCa, "secret"))) {
                String url = "https://localhost:" + bridge.listeningOn();
                assertThat(status(url + "/health/live")).isEqualTo("200");
                assertThat(status(url + "/health/ready")).isEqualTo("503");
                assertThat(status(url + "/pki/roots")).isEqualTo("503");

                stepCa.start();

                DeviceClient device = DeviceClient.of(bridge, stepCa.rootFingerprint());
                assertThat(device.enroll("dev-1", CsrBuilder.forDevice("dev-1").pem())
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void wrongPasswordShouldBeNamedAndNotEndTheBridge() throws Exception {
        try (StepCaServer stepCa = StepCaServer.oneIntermediate(StepCaProvisioner.of("iot-bridge", "secret"));
                BridgeProcess bridge = BridgeProcess.serve(directory, environment(stepCa, "wrong"))) {
            bridge.awaitLog("password");
            assertThat(status("https://localhost:" + bridge.listeningOn() + "/health/live"))
                    .isEqualTo("200");
        }
    }

    @Test
    void wrongFingerprintShouldBeNamedAndNotEndTheBridge() throws Exception {
        try (StepCaServer stepCa = StepCaServer.oneIntermediate(StepCaProvisioner.of("iot-bridge", "secret"))) {
            Map<String, String> wrong = new TreeMap<>(environment(stepCa, "secret"));
            wrong.put("STEP_CA_FINGERPRINT", "00".repeat(32));
            try (BridgeProcess bridge = BridgeProcess.serve(directory, wrong)) {
                bridge.awaitLog(stepCa.rootFingerprint());
                assertThat(status("https://localhost:" + bridge.listeningOn() + "/health/live"))
                        .isEqualTo("200");
            }
        }
    }

    private static Map<String, String> environment(StepCaServer stepCa, String password) {
        Map<String, String> environment =
                new TreeMap<>(EnrollmentAtStepCaTest.seedVariables(stepCa, "iot-bridge", password));
        environment.put("BRIDGE_LISTEN", "127.0.0.1:0");
        return environment;
    }

    /** By curl, which is told not to verify: the certificate is a throw-away one here. */
    private static String status(String url) throws Exception {
        Process curl = new ProcessBuilder(
                        "curl",
                        "-sk",
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code}",
                        URI.create(url).toString())
                .start();
        String status = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return status;
    }
}
