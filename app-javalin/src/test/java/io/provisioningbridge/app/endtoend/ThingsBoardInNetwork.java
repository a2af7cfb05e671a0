package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.server.NetworkNamespace;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A simulated ThingsBoard in a network of its own, whose MQTT server has a certificate of the step-ca there. */
final class ThingsBoardInNetwork implements AutoCloseable {

    private final Process process;
    private final String url;
    private final String mqttPort;
    private final String apiKey;

    private ThingsBoardInNetwork(Process process, String url, String mqttPort, String apiKey) {
        this.process = process;
        this.url = url;
        this.mqttPort = mqttPort;
        this.apiKey = apiKey;
    }

    /**
     * @param address where devices connect
     * @param directory for its files
     * @param stepCa with the provisioner {@code iot-bridge} and the password {@code secret}
     */
    static ThingsBoardInNetwork start(NetworkNamespace network, String address, Path directory, StepCaServer stepCa)
            throws Exception {
        Path root = Files.writeString(directory.resolve("step-ca-root.crt"), Pem.of(List.of(stepCa.root())));
        Path log = directory.resolve("thingsboard.log");
        List<String> command = new ArrayList<>(network.inside());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ThingsBoardMain.class.getName(),
                address,
                mqttIdentity(network, address, directory, stepCa, root).toString(),
                root.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Await.until(
                    "ThingsBoard serves",
                    () -> !process.isAlive() || Files.readString(log).endsWith("\n"));
            String[] words = Files.readString(log).strip().split(" ", -1);
            assertThat(words).as(Files.readString(log)).hasSize(3);
            return new ThingsBoardInNetwork(process, words[0], words[1], words[2]);
        } catch (Exception | AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static Path mqttIdentity(
            NetworkNamespace network, String address, Path directory, StepCaServer stepCa, Path root)
            throws IOException {
        Path password = Files.writeString(directory.resolve("provisioner.pass"), "secret");
        Path certificate = directory.resolve("mqtt.crt");
        Path key = directory.resolve("mqtt.key");
        Path store = directory.resolve("mqtt.p12");
        network.run(
                "step",
                "ca",
                "certificate",
                address,
                certificate.toString(),
                key.toString(),
                "--provisioner=iot-bridge",
                "--provisioner-password-file=" + password,
                "--ca-url=" + stepCa.url(),
                "--root=" + root);
        network.run(
                "openssl",
                "pkcs12",
                "-export",
                "-in",
                certificate.toString(),
                "-inkey",
                key.toString(),
                "-name",
                ThingsBoardMain.ENTRY,
                "-passout",
                "pass:" + ThingsBoardMain.STORE_PASSWORD,
                "-out",
                store.toString());
        return store;
    }

    /** Of the REST API, in its network alone. */
    String url() {
        return url;
    }

    String mqttPort() {
        return mqttPort;
    }

    /** Of the tenant administrator. */
    String apiKey() {
        return apiKey;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
