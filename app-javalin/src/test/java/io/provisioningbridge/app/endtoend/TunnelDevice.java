package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.testkit.server.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A device in a network of its own, with its scripts, its disk, and its end of the tunnel. */
final class TunnelDevice implements AutoCloseable {

    private static final String SERVER = "10.8.0.1";

    // CONNECT with a clean session and 60 s of keep-alive, and DISCONNECT, after which the server ends the connection.
    private static final String MQTT = """
            set -e; cd "$0"; . "$1/services.env"
            printf "$2" |
                timeout 30 openssl s_client -quiet -connect "$MQTT_HOST:$MQTT_PORT" -verify_return_error \\
                    -CAfile ca-chain.crt -verify_ip "$MQTT_HOST" -cert device.crt -cert_chain ca-chain.crt \\
                    -key device.key 2>"$1/../mqtt.err" | od -An -tu1
            """;
    private static final String POLL = """
            . "$0/services.env"
            curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: TargetToken $HAWKBIT_TARGET_TOKEN" \\
                "$HAWKBIT_URL/$HAWKBIT_TENANT/controller/v1/$HAWKBIT_CONTROLLER_ID"
            """;

    private final NetworkNamespace network;
    private final ScriptedDevice scripts;

    TunnelDevice(NetworkNamespace network, ScriptedDevice scripts) {
        this.network = network;
        this.scripts = scripts.with("TUNNEL_TOOL", "wg-quick");
    }

    /** Its disk; scripts are started by this device alone. */
    ScriptedDevice disk() {
        return scripts;
    }

    /** {@code enroll.sh}, without judging how it ends. */
    Run tryToEnroll() throws IOException, InterruptedException {
        return scripts.start(network.inside(), "enroll.sh").awaitEnd();
    }

    void enroll() throws Exception {
        Run run = tryToEnroll();
        assertThat(run.status()).as(run.log()).isZero();
        scripts.assertWhole();
    }

    /** {@code rm /certs/enrolled && enroll.sh}. */
    void enrollAgain() throws Exception {
        Files.delete(scripts.file("enrolled"));
        enroll();
    }

    /** Makes the interface from the present wg0.conf, with wg-quick. */
    void bringTunnelUp() throws IOException, InterruptedException {
        Run run = scripts.start(network.inside(), "tunnel.sh", "--once").awaitEnd();
        assertThat(run.status()).as(run.log()).isZero();
    }

    /** Without the length of the network. */
    String address() throws IOException {
        String line = scripts.address();
        return line.substring(line.indexOf('=') + 1, line.indexOf('/')).strip();
    }

    /** Public half of its WireGuard key. */
    String publicKey() {
        return network.run("sh", "-c", "wg pubkey <" + scripts.file("wireguard.key"))
                .strip();
    }

    /** Keeps a copy of its certificates and key. */
    Path copyOfIdentity() throws IOException {
        Path copy = Files.createTempDirectory(scripts.directory(), "copy");
        for (String name : List.of("device.key", "device.crt", "ca-chain.crt")) {
            Files.copy(scripts.file(name), copy.resolve(name));
        }
        return copy;
    }

    /** Connects by MQTT over mutual TLS, with openssl alone. @return the code of the answer; 0 when it was let in */
    int connect() throws IOException {
        return connectAs(scripts.certs());
    }

    /** The same with certificates and key of this directory. */
    int connectAs(Path identity) throws IOException {
        String id = scripts.id();
        String connect = String.format(
                "\\020\\%03o\\000\\004MQTT\\004\\002\\000\\074\\000\\%03o%s\\340\\000",
                id.length() + 12, id.length(), id);
        String answer = network.run(
                "sh", "-c", MQTT, identity.toString(), scripts.certs().toString(), connect);
        // CONNACK: its type, two bytes follow, no session is resumed, the code.
        assertThat(answer.strip().split(" +", -1))
                .as(() -> read(scripts.directory().resolve("mqtt.err")))
                .startsWith("32", "2", "0")
                .hasSize(4);
        return Integer.parseInt(answer.strip().split(" +", -1)[3]);
    }

    /** Asks hawkBit for updates with the token it was given. @return the status of the answer */
    String poll() {
        return network.run("sh", "-c", POLL, scripts.certs().toString());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean reachesServer() {
        return ping(network, SERVER);
    }

    boolean answersPingFrom(NetworkNamespace site) throws IOException {
        return ping(site, address());
    }

    private static boolean ping(NetworkNamespace from, String address) {
        return from.run("sh", "-c", "if ping -q -n -W 1 -c 1 " + address + " >/dev/null; then echo yes; fi")
                .startsWith("yes");
    }

    @Override
    public void close() {
        // wireguard-go, which wg-quick leaves behind, ends with its interface.
        network.run("sh", "-c", "ip link delete wg0 2>/dev/null || :");
        network.close();
    }
}
