package io.provisioningbridge.testkit.server;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A real hawkBit 0.3.0M7 as {@link HawkbitServer}, in a {@link NetworkNamespace}; asked from there with {@code curl}. The users
 * and the path are the same. Safe for concurrent use, but for {@link #close}.
 */
public final class HawkbitInNetwork implements AutoCloseable {

    private static final int PORT = 8090;
    private static final Duration START_PATIENCE = Duration.ofMinutes(3);

    private final NetworkNamespace network;
    private final Path directory;
    private final String address;
    private final ServerProcess process;

    /** What it answered. */
    public record Answer(int status, String body) {}

    private HawkbitInNetwork(NetworkNamespace network, String address) {
        this.network = network;
        this.address = address;
        this.directory = HawkbitServer.newDirectory();
        List<String> command =
                network.wrapped(HawkbitServer.command(directory, PORT, List.of("server.address=" + address)));
        try {
            this.process = ServerProcess.start(
                    command, directory, directory.resolve("hawkbit.log"), this::isReady, START_PATIENCE);
        } catch (RuntimeException e) {
            HawkbitServer.delete(directory);
            throw e;
        }
    }

    /**
     * Returns once it serves, and lets devices in that show the tokens of their targets.
     *
     * @param address one that the network has
     */
    public static HawkbitInNetwork start(NetworkNamespace network, String address) {
        HawkbitInNetwork server = new HawkbitInNetwork(network, address);
        try {
            // The first request of all makes the tenant; others that come at the same time answer 500.
            server.manage("GET", "/targets", "");
            server.configure("authentication.targettoken.enabled", "true");
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The base URL that it will have at this address. */
    public static URI urlAt(String address) {
        return URI.create("http://" + address + ":" + PORT + HawkbitServer.CONTEXT);
    }

    /** As {@link HawkbitServer#manage}. */
    public Answer manage(String method, String path, String body) {
        String login = HawkbitServer.ADMIN + ":" + HawkbitServer.ADMIN;
        String output = network.run(
                "curl",
                "-sS",
                "-u",
                login,
                "-H",
                "Accept: application/json",
                "-H",
                "Content-Type: application/json",
                "-X",
                method,
                "-d",
                body,
                "-w",
                "\n%{http_code}",
                urlAt(address) + "/rest/v1" + path);
        int end = output.lastIndexOf('\n');
        return new Answer(Integer.parseInt(output.substring(end + 1).strip()), output.substring(0, end));
    }

    /** As {@link HawkbitServer#configure}. */
    public void configure(String key, String value) {
        Answer answer = manage("PUT", "/system/configs/" + key, "{\"value\":" + value + "}");
        if (answer.status() / 100 != 2) {
            throw new IllegalStateException(key + ": " + answer);
        }
    }

    private boolean isReady() {
        try {
            return network.run(
                            "curl",
                            "-sS",
                            "--retry",
                            "3",
                            "--retry-delay",
                            "1",
                            "--retry-connrefused",
                            "-o",
                            directory.resolve("probe").toString(),
                            "-w",
                            "%{http_code}",
                            urlAt(address) + "/rest/v1/targets")
                    .endsWith("401");
        } catch (IllegalStateException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.stop();
        HawkbitServer.delete(directory);
    }
}
