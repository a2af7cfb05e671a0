package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices that are in the field already, whose client is a few lines of shell around curl and grep, in busybox. */
@RequiresServer({"busybox", "openssl", "curl"})
class FieldDeviceTest {

    private static final int CURL_GOT_AN_ERROR = 22;

    private static final String CLIENT = """
            set -e
            if [ ! -e device.key ]; then
                openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out device.key 2>/dev/null
            fi
            openssl req -new -key device.key -subj "/CN=$ID" -out device.csr
            CSR=$(awk '{ printf "%s\\\\n", $0 }' device.csr)
            curl -sf --cacert "$ROOT" -X POST -H 'Content-Type: application/json' -d "REQUEST" "$URL" >answer.json
            member() { grep -o "\\"$1\\":\\"[^\\"]*\\"" answer.json | sed 's/^[^:]*:"//; s/"$//; s/\\\\n/\\n/g'; }
            member certificate >device.crt
            member ca_chain >ca-chain.crt
            member wireguard_config | sed "s|<REPLACE_WITH_DEVICE_PRIVATE_KEY>|$WG_PRIVATE|" >wg0.conf
            openssl verify -CAfile ca-chain.crt device.crt
            """;

    @TempDir
    private static Path directory;

    private static BridgeProcess bridge;

    @TempDir
    private Path disk;

    private final Seeded seeded = new Seeded(11);
    private final String wireGuardPublic = seeded.peerKey().base64();
    private final String wireGuardPrivate = seeded.peerKey().base64();

    /** What the older clients send. */
    enum Dialect {
        NAMED("/devices/$ID/enroll", """
                {"csr":"$CSR","device_name":"$ID","device_type":"yocto","wg_public_key":"$WG_PUBLIC"}"""),
        FLAT("/v1/enroll", """
                {"device_id":"$ID","csr":"$CSR","device_type":"qemu","tenant_id":"tenant1"}""");

        private final String path;
        private final String request;

        Dialect(String path, String request) {
            this.path = path;
            this.request = request;
        }

        String id() {
            return "field-" + name().toLowerCase(Locale.ROOT);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        bridge = BridgeProcess.serve(
                directory,
                Map.of(
                        "BRIDGE_CA", "embedded",
                        "BRIDGE_LISTEN", "127.0.0.1:0",
                        "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                        "WG_SERVER_PUBLIC_KEY", "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="));
        DeviceClient.ofEmbedded(bridge);
    }

    @AfterAll
    static void stop() {
        if (bridge != null) {
            bridge.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientInTheFieldShouldEnrollUnchanged(Dialect dialect) throws Exception {
        assertThat(run(dialect)).as(said()).isZero();

        assertThat(certificate().getSubjectX500Principal()).hasToString("CN=" + dialect.id());
        assertThat(Files.readString(disk.resolve("wg0.conf")))
                .contains("[Interface]", "PrivateKey = ", "[Peer]", "Endpoint = vpn.example.com:51820")
                .doesNotContain("REPLACE", "\\n");
        if (dialect == Dialect.NAMED) {
            assertThat(Files.readString(disk.resolve("wg0.conf"))).contains("PrivateKey = " + wireGuardPrivate);
        }

        X509Certificate first = certificate();
        assertThat(run(dialect)).as(said()).isZero();
        assertThat(certificate()).as("for the same key").isEqualTo(first);

        // A client that makes a key each time it runs has to be let in by an operator.
        Files.delete(disk.resolve("device.key"));
        assertThat(run(dialect)).as(said()).isEqualTo(CURL_GOT_AN_ERROR);
    }

    private int run(Dialect dialect) throws IOException, InterruptedException {
        Path client = Files.writeString(
                disk.resolve("client.sh"), CLIENT.replace("REQUEST", dialect.request.replace("\"", "\\\"")));
        ProcessBuilder builder = new ProcessBuilder(
                        List.of(DeviceShell.find("busybox").toString(), "sh", client.toString()))
                .directory(disk.toFile())
                .redirectErrorStream(true)
                .redirectOutput(disk.resolve("said").toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        DeviceShell.BUSYBOX.path(),
                        "ID",
                        dialect.id(),
                        "ROOT",
                        bridge.directory().resolve("data/ca/root.crt").toString(),
                        "URL",
                        "https://localhost:" + bridge.listeningOn() + dialect.path.replace("$ID", dialect.id()),
                        "WG_PUBLIC",
                        wireGuardPublic,
                        "WG_PRIVATE",
                        wireGuardPrivate));
        Process process = builder.start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private String said() throws IOException {
        Path said = disk.resolve("said");
        return Files.exists(said) ? Files.readString(said) : "";
    }

    private X509Certificate certificate() throws IOException {
        return Pem.parseCertificates(Files.readString(disk.resolve("device.crt")))
                .orThrow()
                .get(0);
    }
}
