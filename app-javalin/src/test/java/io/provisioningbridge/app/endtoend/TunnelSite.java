package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.testkit.server.NetworkNamespace;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An operator's site: step-ca, a bridge and a tunnel server in a network of their own, which devices reach by cable. The tunnel
 * server knows a peer of the operator's own, at the first address that the bridge could give to a device.
 */
final class TunnelSite implements AutoCloseable {

    /** What the operator's own peer may send from. */
    static final String FOREIGN_ADDRESS = "10.8.0.2/32";

    private static final String FOREIGN_KEY = "aFwhk+BVjYBxgnqPLy9stzmpYDm8OkvSQUzmTXJi42M=";
    private static final String ADDRESS = "198.51.100.1";
    private static final String URL = "https://" + ADDRESS + ":8443";
    private static final String INTERFACE = "wg" + ProcessHandle.current().pid();

    private final NetworkNamespace network;
    private final Path directory;
    private final StepCaServer stepCa;
    private final Map<String, String> environment;
    private final List<TunnelDevice> devices = new ArrayList<>();
    private final List<Process> helpers = new ArrayList<>();
    private Optional<BridgeProcess> bridge = Optional.empty();
    private Optional<SiteSystems> systems = Optional.empty();

    /** A command that has ended. */
    record Outcome(int status, String output, String errors) {

        private static Outcome of(ProcessBuilder command, Path directory) throws IOException, InterruptedException {
            Path output = Files.createTempFile(directory, "output", "");
            Path errors = Files.createTempFile(directory, "errors", "");
            Process process = command.redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(command.command() + " does not end: " + Files.readString(errors));
            }
            return new Outcome(process.exitValue(), Files.readString(output), Files.readString(errors));
        }

        Outcome succeeded() {
            assertThat(status).as(output + errors).isZero();
            return this;
        }
    }

    private TunnelSite(NetworkNamespace network, Path directory, StepCaServer stepCa, String apply) {
        this.network = network;
        this.directory = directory;
        this.stepCa = stepCa;
        this.environment = new TreeMap<>(EnrollmentAtStepCaTest.seedVariables(stepCa, "iot-bridge", "secret"));
        environment.remove("HAWKBIT_URL");
        environment.remove("WG_SERVER_PUBLIC_KEY");
        environment.putAll(Map.of(
                "WG_SERVER_ENDPOINT",
                ADDRESS + ":51820",
                "WG_INTERFACE",
                INTERFACE,
                "WG_APPLY",
                apply,
                "BRIDGE_LISTEN",
                ADDRESS + ":8443",
                "BRIDGE_PUBLIC_URL",
                URL,
                "BRIDGE_ADMIN_LISTEN",
                "127.0.0.1:8444"));
    }

    /** With everything running but hawkBit and ThingsBoard, of which the bridge knows nothing. */
    static TunnelSite open(Path directory, String apply) throws Exception {
        TunnelSite site = make(directory, apply);
        try {
            site.makeTunnelServer();
            site.startBridge();
            return site;
        } catch (Exception | AssertionError e) {
            site.close();
            throw e;
        }
    }

    /** With everything running, and ThingsBoard set up by {@code ./bridge thingsboard setup}. */
    static TunnelSite openWithSystems(Path directory, String apply) throws Exception {
        TunnelSite site = make(directory, apply);
        try {
            SiteSystems systems = SiteSystems.start(site.network, ADDRESS, directory, site.stepCa);
            site.systems = Optional.of(systems);
            site.environment.putAll(systems.environment());
            site.makeTunnelServer();
            site.startBridge();
            site.bridge("thingsboard", "setup").succeeded();
            systems.awaitAll();
            return site;
        } catch (Exception | AssertionError e) {
            site.close();
            throw e;
        }
    }

    private static TunnelSite make(Path directory, String apply) {
        NetworkNamespace network = NetworkNamespace.make();
        return new TunnelSite(network, directory, stepCaIn(network), apply);
    }

    /** hawkBit and ThingsBoard. */
    SiteSystems systems() {
        return systems.orElseThrow();
    }

    private static StepCaServer stepCaIn(NetworkNamespace network) {
        try {
            network.run("ip", "address", "add", ADDRESS + "/32", "dev", "lo");
            return StepCaServer.initializedByStep(network.inside(), "iot-bridge", "secret");
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private void makeTunnelServer() throws Exception {
        String line = bridge("wireguard", "init").succeeded().output().strip();
        assertThat(line).startsWith("WG_SERVER_PUBLIC_KEY=");
        environment.put("WG_SERVER_PUBLIC_KEY", line.substring(line.indexOf('=') + 1));
        Files.writeString(
                serverFile(),
                "\n[Peer]\nPublicKey = " + FOREIGN_KEY + "\nAllowedIPs = " + FOREIGN_ADDRESS + "\n",
                StandardOpenOption.APPEND);
        bringServerUp();
    }

    /** The configuration of the tunnel server. */
    Path serverFile() {
        return directory.resolve("data/wireguard/wg_confs/" + INTERFACE + ".conf");
    }

    /** As the operator, or the server's unit at boot. */
    void bringServerUp() {
        network.run("wg-quick", "up", serverFile().toString());
    }

    /** The interface is gone, and with it the server and every peer. */
    void loseServer() {
        network.run("ip", "link", "delete", INTERFACE);
    }

    void startBridge() {
        bridge = Optional.of(BridgeProcess.serve(words(), directory, environment));
    }

    /** SIGKILL. */
    void killBridge() {
        bridge.orElseThrow().kill();
        bridge = Optional.empty();
    }

    /** What the bridge printed since it was started. */
    String log() {
        return bridge.map(BridgeProcess::log).orElse("");
    }

    /** {@code ./bridge} with these arguments, beside the bridge. */
    Outcome bridge(String... arguments) throws IOException, InterruptedException {
        return Outcome.of(BridgeProcess.prepare(words(), directory, environment, arguments), directory);
    }

    /** The same on a machine that has no configuration and reaches no bridge. */
    static Outcome bridgeElsewhere(Path directory, String... arguments) throws IOException, InterruptedException {
        return Outcome.of(BridgeProcess.prepare(List.of("unshare", "-Urn"), directory, Map.of(), arguments), directory);
    }

    /** What makes a command run here. */
    private List<String> words() {
        List<String> words = new ArrayList<>(network.inside());
        // Whoever enters another mount namespace stands in its root directory.
        words.addAll(List.of("env", "-C", directory.toString()));
        return words;
    }

    /** Keeps this running until the site is closed. */
    void keepRunning(String... command) throws IOException {
        List<String> all = words();
        all.addAll(List.of(command));
        helpers.add(new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("helper.log").toFile())
                .start());
    }

    /** A device that has never been here, at a cable of its own. */
    TunnelDevice device(Path disk, String id) throws IOException, InterruptedException {
        NetworkNamespace far = network.behindCable(devices.size() + 1);
        TunnelDevice device = new TunnelDevice(
                far, new ScriptedDevice(DeviceShell.DASH, disk, id, URI.create(URL), stepCa.rootFingerprint()));
        devices.add(device);
        return device;
    }

    /** Whether the device answers this site through the tunnel. */
    boolean reaches(TunnelDevice device) throws IOException {
        return device.answersPingFrom(network);
    }

    /** Every peer of the tunnel server, with what it may send from. */
    Map<String, String> peers() {
        return network.run("wg", "show", INTERFACE, "allowed-ips")
                .lines()
                .map(line -> line.split("\t"))
                .collect(Collectors.toMap(columns -> columns[0], columns -> columns[1]));
    }

    /** Asks step-ca itself, past the bridge, with the device's certificate. @return the status of its answer */
    String renewAtStepCa(ScriptedDevice device) {
        return network.run(
                        "curl",
                        "-sS",
                        "-o",
                        directory.resolve("renewal.json").toString(),
                        "-w",
                        "%{http_code}",
                        "--cacert",
                        device.file("ca-chain.crt").toString(),
                        "--cert",
                        device.file("device-chain.crt").toString(),
                        "--key",
                        device.file("device.key").toString(),
                        "-X",
                        "POST",
                        stepCa.url().resolve("/1.0/renew").toString())
                .strip();
    }

    @Override
    public void close() {
        devices.forEach(TunnelDevice::close);
        helpers.forEach(Process::destroy);
        helpers.forEach(helper -> helper.onExit().join());
        bridge.ifPresent(BridgeProcess::close);
        systems.ifPresent(SiteSystems::close);
        // wireguard-go, which wg-quick leaves behind, ends with its interface.
        network.run("sh", "-c", "ip link delete " + INTERFACE + " 2>/dev/null || :");
        stepCa.close();
        network.close();
    }
}
