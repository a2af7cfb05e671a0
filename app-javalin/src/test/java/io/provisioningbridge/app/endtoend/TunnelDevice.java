package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.endtoend.ScriptedDevice.Run;
import io.provisioningbridge.testkit.server.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;

/** A device in a network of its own, with its scripts, its disk, and its end of the tunnel. */
final class TunnelDevice implements AutoCloseable {

    private static final String SERVER = "10.8.0.1";

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
