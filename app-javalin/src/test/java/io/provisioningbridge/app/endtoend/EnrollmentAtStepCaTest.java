package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.endtoend.DeviceClient.Answer;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A bridge started as the original project's was, with its eight variables, in front of a real step-ca. */
@RequiresServer({"step-ca", "step"})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EnrollmentAtStepCaTest {

    @TempDir
    private static Path directory;

    private static StepCaServer stepCa;
    private static BridgeProcess bridge;
    private static DeviceClient device;

    private final Seeded seeded = new Seeded(3);

    @BeforeAll
    static void start() {
        stepCa = StepCaServer.initializedByStep("iot-bridge", "provisioner-secret");
        Map<String, String> environment = new TreeMap<>(seedVariables(stepCa, "iot-bridge", "provisioner-secret"));
        environment.put("BRIDGE_LISTEN", "127.0.0.1:0");
        bridge = BridgeProcess.serve(directory, environment);
        device = DeviceClient.of(bridge, stepCa.rootFingerprint());
    }

    @AfterAll
    static void stop() {
        if (bridge != null) {
            bridge.close();
        }
        if (stepCa != null) {
            stepCa.close();
        }
    }

    static Map<String, String> seedVariables(StepCaServer stepCa, String provisioner, String password) {
        return Map.of(
                "STEP_CA_URL",
                stepCa.url().toString(),
                "STEP_CA_FINGERPRINT",
                stepCa.rootFingerprint(),
                "STEP_CA_PROVISIONER_NAME",
                provisioner,
                "STEP_CA_PROVISIONER_PASSWORD",
                password,
                "HAWKBIT_URL",
                "http://localhost:1",
                "WG_SUBNET",
                "10.8.0.0/24",
                "WG_SERVER_ENDPOINT",
                "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY",
                new Seeded(1).peerKey().base64());
    }

    @Test
    @Order(1)
    void chainShouldVerifyByItselfAndTunnelConfigurationBeAccepted() throws Exception {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");

        Answer answer = device.enroll("dev-1", csr.pem());

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        Path leaf = Files.writeString(directory.resolve("device.crt"), answer.text("cert"));
        Path chain = Files.writeString(directory.resolve("ca-chain.crt"), answer.text("ca_chain"));
        assertThat(run("openssl", "verify", "-CAfile", chain.toString(), leaf.toString()))
                .contains(": OK");
        X509Certificate certificate =
                Pem.parseCertificates(answer.text("cert")).orThrow().get(0);
        assertThat(certificate.getSubjectX500Principal()).hasToString("CN=dev-1");
        assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(2, "dev-1"));
        assertThat(certificate.getPublicKey().getEncoded()).isEqualTo(csr.key().publicKeyInfo());
    }

    @Test
    @Order(2)
    @RequiresServer("wg-quick")
    void tunnelConfigurationShouldBeAcceptedByWgQuick() throws Exception {
        Answer answer = device.enroll("dev-wg", CsrBuilder.forDevice("dev-wg").pem());

        Path conf = Files.writeString(directory.resolve("wg0.conf"), answer.text("wg"));
        assertThat(run("wg-quick", "strip", conf.toString()))
                .contains("PrivateKey = ")
                .contains("AllowedIPs = 10.8.0.0/24");
    }

    @Test
    @Order(3)
    void faultyRequestsShouldBeRefusedAndStepCaNeverAsked() throws Exception {
        String good = CsrBuilder.forDevice("dev-2").pem();
        long asked = signRequests();
        Map<String, String> faults = Map.of(
                "garbage",
                "not PEM",
                CsrBuilder.forDevice("dev-3").pem(),
                "common name",
                CsrBuilder.forDevice("").pem(),
                "common name",
                CsrBuilder.forDevice("dev-2")
                        .dnsNames("dev-2", "vpn.example.com")
                        .pem(),
                "other names",
                CsrBuilder.forDevice("dev-2").key(DeviceKey.rsa(1024)).pem(),
                "RSA 1024",
                CsrBuilder.forDevice("dev-2").key(DeviceKey.p224()).pem(),
                "P-224",
                CsrBuilder.forDevice("dev-2")
                        .key(DeviceKey.rsa(2048))
                        .signatureAlgorithm("SHA1withRSA")
                        .pem(),
                "signature algorithm",
                CsrBuilder.forDevice("dev-2").brokenSignature().pem(),
                "not signed with the private half");
        for (Map.Entry<String, String> fault : faults.entrySet()) {
            Answer answer = device.enroll("dev-2", fault.getKey());
            assertThat(answer.status()).as(answer.response().body()).isEqualTo(422);
            assertThat(answer.text("detail")).contains(fault.getValue());
            assertThat(answer.response().headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("application/problem+json");
        }
        String newline = seeded.peerKey().base64() + "\nAllowedIPs = 0.0.0.0/0";
        assertThat(device.enroll("dev-2", good, newline).text("detail")).contains("WireGuard public key");
        assertThat(device.enroll(
                                "vpn.example.com",
                                CsrBuilder.forDevice("vpn.example.com").pem())
                        .status())
                .isEqualTo(422);
        assertThat(signRequests()).as("requests that step-ca was asked to sign").isEqualTo(asked);
    }

    @Test
    @Order(4)
    void sameKeyShouldGetTheSameAnswerAndOthersNone() throws Exception {
        CsrBuilder csr = CsrBuilder.forDevice("dev-4");
        String peer = seeded.peerKey().base64();
        Answer first = device.enroll("dev-4", csr.pem(), peer);
        long asked = signRequests();

        Answer again = device.enroll("dev-4", csr.pem(), peer);
        Answer otherKey = device.enroll("dev-4", CsrBuilder.forDevice("dev-4").pem(), peer);
        Answer otherPeer = device.enroll("dev-4", csr.pem(), seeded.peerKey().base64());
        Answer otherSpelling =
                device.enroll("DEV-4", CsrBuilder.forDevice("DEV-4").pem());

        assertThat(again.response().body()).isEqualTo(first.response().body());
        assertThat(otherKey.status()).isEqualTo(409);
        assertThat(otherKey.text("detail")).contains("signed with the device's current certificate key");
        assertThat(otherKey.text("key_sha256")).hasSize(64);
        assertThat(otherPeer.status()).isEqualTo(409);
        assertThat(otherSpelling.status()).isEqualTo(409);
        assertThat(signRequests()).isEqualTo(asked);
    }

    @Test
    @Order(5)
    void outageOfStepCaShouldDeferAndEndByItself() throws Exception {
        CsrBuilder known = CsrBuilder.forDevice("dev-5");
        String peer = seeded.peerKey().base64();
        Answer before = device.enroll("dev-5", known.pem(), peer);
        CsrBuilder csr = CsrBuilder.forDevice("dev-6");
        stepCa.stop();
        try {
            Answer answer = device.enroll("dev-6", csr.pem());
            assertThat(answer.status()).as(answer.response().body()).isEqualTo(503);
            assertThat(answer.response()
                            .headers()
                            .firstValueAsLong("Retry-After")
                            .orElseThrow())
                    .isPositive();
            assertThat(device.enroll("dev-5", known.pem(), peer).response().body())
                    .as("what is stored is answered all the same")
                    .isEqualTo(before.response().body());
        } finally {
            stepCa.start();
        }
        assertThat(device.enroll("dev-6", csr.pem()).status()).isEqualTo(200);
    }

    @Test
    @Order(6)
    void logShouldHoldNoSecrets() {
        assertThat(bridge.log())
                .contains("enrolled dev-1")
                .doesNotContain("provisioner-secret", "PRIVATE KEY", "PrivateKey", "eyJ", "BEGIN CERTIFICATE");
    }

    @Test
    @Order(7)
    void threeTierChainShouldReachTheRootFromASubCaAnchor() throws Exception {
        try (StepCaServer deep = StepCaServer.threeTier(StepCaProvisioner.of("iot-bridge", "secret"))) {
            Path other = Files.createDirectory(directory.resolve("three-tier"));
            Map<String, String> environment = new TreeMap<>(seedVariables(deep, "iot-bridge", "secret"));
            environment.put("STEP_CA_FINGERPRINT", deep.issuingFingerprint());
            environment.put("BRIDGE_LISTEN", "127.0.0.1:0");
            try (BridgeProcess second = BridgeProcess.serve(other, environment)) {
                Answer answer = DeviceClient.of(second, deep.rootFingerprint())
                        .enroll("dev-1", CsrBuilder.forDevice("dev-1").pem());

                assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
                assertThat(Pem.parseCertificates(answer.text("ca_chain")).orThrow())
                        .isEqualTo(deep.authorities());
                Path leaf = Files.writeString(other.resolve("device.crt"), answer.text("cert"));
                Path chain = Files.writeString(other.resolve("ca-chain.crt"), answer.text("ca_chain"));
                assertThat(run("openssl", "verify", "-CAfile", chain.toString(), leaf.toString()))
                        .contains(": OK");
            }
        }
    }

    private static long signRequests() {
        return stepCa.log().lines().filter(line -> line.contains("/1.0/sign")).count();
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
