package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the device's scripts believe, and what they do when somebody stands between them and the bridge. */
@RequiresServer({"step-ca", "step", "dash", "busybox", "openssl", "curl"})
class EnrollScriptTrustTest {

    private static final int SETTINGS = 7;
    private static final int TRUST = 10;
    private static final CertificateHierarchy ATTACKER = CertificateHierarchy.of("Attacker");

    @TempDir
    private static Path directory;

    private static BridgeAtStepCa bridge;
    private static X509Certificate root;

    @TempDir
    private Path disk;

    @BeforeAll
    static void start() {
        bridge = BridgeAtStepCa.start(directory, Map.of());
        root = bridge.stepCa().root();
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    private ScriptedDevice device(DeviceShell shell, String name) throws Exception {
        return bridge.device(
                        shell, disk.resolve(name), name + "-" + shell.name().toLowerCase(Locale.ROOT))
                .with("RETRY_FOR", "2");
    }

    /** A directory of CA certificates as openssl looks them up. */
    private String systemThatTrusts(String pem) throws Exception {
        Path system = Files.createDirectory(disk.resolve("certificates-of-the-system"));
        Files.writeString(system.resolve("ca.pem"), pem);
        assertThat(new ProcessBuilder("openssl", "rehash", system.toString())
                        .start()
                        .waitFor())
                .isZero();
        return system.toString();
    }

    private static void assertRefused(Run run, ScriptedDevice device) {
        assertThat(run.status()).as(run.log()).isEqualTo(TRUST);
        assertThat(device.file("enrolled")).doesNotExist();
        assertThat(device.file("device.crt")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void wrongFingerprintShouldEnrollNowhere(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "wrong").with("CA_FINGERPRINT", "0123456789abcdef".repeat(4));

        assertRefused(device.enroll(), device);
    }

    @ParameterizedTest
    @EnumSource
    void fingerprintShouldBeTakenInAnySpelling(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "spelling");
        device.with(
                "CA_FINGERPRINT",
                device.setting("CA_FINGERPRINT").toUpperCase(Locale.ROOT).replaceAll("(..)(?=.)", "$1:"));

        Run run = device.enroll();

        assertThat(run.status()).as(run.log()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void rootThatIsNotTheFingerprintsShouldNotBeUsed(DeviceShell shell) throws Exception {
        ScriptedDevice device = device(shell, "other-root");
        try (ForeignServer attacker = new ForeignServer(ATTACKER, ForeignServer.pem(ATTACKER.root()))) {
            bridge.relay().divertNextTo(attacker.port());

            assertRefused(device.enroll(), device);

            assertThat(attacker.requests()).hasSize(1);
        }
    }

    /** The attack that {@code curl --cacert} with the whole answer would fall for. */
    @ParameterizedTest
    @EnumSource
    void attackersRootBesideTheRightOneShouldGainNothing(DeviceShell shell) throws Exception {
        Map<String, String> answers = Map.of(
                "right-first", ForeignServer.pem(root, ATTACKER.root()),
                "right-last", ForeignServer.pem(ATTACKER.root(), root));
        for (String order : answers.keySet()) {
            ScriptedDevice device = device(shell, order);
            String answer = answers.get(order);
            try (ForeignServer attacker = new ForeignServer(ATTACKER, answer)) {
                bridge.relay().leadTo(attacker.port());

                assertRefused(device.enroll(), device);

                assertThat(attacker.requests()).allMatch(request -> request.startsWith("GET /pki/roots/"));
            } finally {
                bridge.relay().leadTo(bridge.port());
            }
            assertThat(Files.readString(device.file(".bridge/anchor.crt"))).isEqualTo(ForeignServer.pem(root));
            Run run = device.enroll();
            assertThat(run.status()).as(run.log()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    @RequiresServer("unshare")
    void certificatesOfTheSystemShouldCountForNothing(DeviceShell shell) throws Exception {
        String system = systemThatTrusts(ForeignServer.pem(ATTACKER.root()));
        ScriptedDevice device = device(shell, "system").with("SSL_CERT_DIR", system);
        // curl's own directory cannot be chosen from outside, but another can be put in its place.
        List<String> wrapper = MountNamespace.command("mount --bind " + system + " /etc/ssl/certs; \"$@\"");
        try (ForeignServer attacker = new ForeignServer(ATTACKER, ForeignServer.pem(root))) {
            bridge.relay().leadTo(attacker.port());

            assertRefused(device.start(wrapper, "enroll.sh").awaitEnd(), device);

            assertThat(attacker.requests()).allMatch(request -> request.startsWith("GET /pki/roots/"));
        } finally {
            bridge.relay().leadTo(bridge.port());
        }
    }

    /** Behind a proxy with a certificate of its own; what the bridge issues must still be the CA's of the fingerprint. */
    @ParameterizedTest
    @EnumSource
    void bridgeOfAnotherCaShouldBeFoundOutByItsCertificates(DeviceShell shell) throws Exception {
        Path other = Files.createDirectory(disk.resolve("other"));
        Map<String, String> environment = new TreeMap<>(Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="));
        try (BridgeProcess foreign = BridgeProcess.serve(other, environment)) {
            DeviceClient.ofEmbedded(foreign);
            ScriptedDevice pinned = device(shell, "pinned");
            bridge.relay().leadTo(foreign.listeningOn());
            assertRefused(pinned.enroll(), pinned);

            // It trusts the connection, and had the root from somebody honest.
            Path itsRoot = other.resolve("data/ca/root.crt");
            ScriptedDevice trusting = device(shell, "trusting")
                    .with("BRIDGE_TLS_TRUST", itsRoot.toString())
                    .with("SSL_CERT_DIR", systemThatTrusts(Files.readString(itsRoot)));
            bridge.relay().divertNextTo(bridge.port());
            assertRefused(trusting.enroll(), trusting);
        } finally {
            bridge.relay().leadTo(bridge.port());
        }
    }

    @ParameterizedTest
    @EnumSource
    void subCaShouldDoAsTheOnlyAnchor(DeviceShell shell) throws Exception {
        try (StepCaServer deep = StepCaServer.threeTier(StepCaProvisioner.of("iot-bridge", "secret"))) {
            Path other = Files.createDirectory(disk.resolve("three-tier"));
            Map<String, String> environment =
                    new TreeMap<>(EnrollmentAtStepCaTest.seedVariables(deep, "iot-bridge", "secret"));
            environment.put("BRIDGE_LISTEN", "127.0.0.1:0");
            try (BridgeProcess second = BridgeProcess.serve(other, environment)) {
                DeviceClient.of(second, deep.rootFingerprint());
                ScriptedDevice device = device(shell, "sub-ca")
                        .with("BRIDGE_URL", "https://localhost:" + second.listeningOn())
                        .with("CA_FINGERPRINT", deep.issuingFingerprint());

                Run run = device.enroll();

                assertThat(run.status()).as(run.log()).isZero();
                assertThat(device.text("ca-chain.crt"))
                        .as("up to the root")
                        .isEqualTo(ForeignServer.pem(deep.authorities().toArray(X509Certificate[]::new)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void certificatesOfAFileShouldDoForTheConnection(DeviceShell shell) throws Exception {
        Path file = Files.writeString(disk.resolve("trusted.pem"), ForeignServer.pem(ATTACKER.root(), root));

        Run run =
                device(shell, "file").with("BRIDGE_TLS_TRUST", file.toString()).enroll();

        assertThat(run.status()).as(run.log()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void certificatesOfTheSystemShouldDoWhenASettingSaysSo(DeviceShell shell) throws Exception {
        Path file = Files.writeString(disk.resolve("system.pem"), ForeignServer.pem(root));

        Run run = device(shell, "public")
                .with("BRIDGE_TLS_TRUST", "system")
                .with("SSL_CERT_FILE", file.toString())
                .enroll();

        assertThat(run.status()).as(run.log()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void plainHttpShouldNeedAFlagAndStillTheFingerprintsCertificates(DeviceShell shell) throws Exception {
        Path other = Files.createDirectory(disk.resolve("plain"));
        Map<String, String> environment = Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_TLS", "off",
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=");
        try (BridgeProcess plain = BridgeProcess.serve(other, environment)) {
            X509Certificate itsRoot = Pem.parseCertificates(Files.readString(other.resolve("data/ca/root.crt")))
                    .orThrow()
                    .get(0);
            ScriptedDevice device = device(shell, "http")
                    .with("BRIDGE_URL", "http://localhost:" + plain.listeningOn())
                    .with("CA_FINGERPRINT", CertificateFingerprint.of(itsRoot).hex());
            assertThat(device.enroll().status()).isEqualTo(SETTINGS);

            Run run = device.with("BRIDGE_ALLOW_HTTP", "yes").enroll();

            assertThat(run.status()).as(run.log()).isZero();
            ScriptedDevice deceived = device(shell, "deceived")
                    .with("BRIDGE_URL", "http://localhost:" + plain.listeningOn())
                    .with("BRIDGE_ALLOW_HTTP", "yes");
            assertRefused(deceived.enroll(), deceived);
        }
    }

    @ParameterizedTest
    @EnumSource
    void prefixOfTheUrlShouldBeKept(DeviceShell shell) throws Exception {
        try (ForeignServer proxy = new ForeignServer(ATTACKER, "")) {
            device(shell, "prefix")
                    .with("BRIDGE_URL", "https://localhost:" + proxy.port() + "/tenant/a/")
                    .enroll();

            assertThat(proxy.requests()).first().asString().startsWith("GET /tenant/a/pki/roots/");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080", "ftp://localhost", "localhost:8443", "https://user@localhost"})
    void urlThatCannotBeTrustedShouldBeRefused(String url) throws Exception {
        Run run = device(DeviceShell.BUSYBOX, "url").with("BRIDGE_URL", url).enroll();

        assertThat(run.status()).as(run.log()).isEqualTo(SETTINGS);
    }
}
