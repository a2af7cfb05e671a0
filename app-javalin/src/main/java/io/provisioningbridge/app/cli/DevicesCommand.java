package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.app.config.ClientConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks at the devices of a running bridge, and vouches for keys. */
@Command(
        name = "devices",
        description = {
            "Shows the devices of a running bridge, or lets one enroll with a new key.",
            "Asks the bridge at BRIDGE_ADMIN_URL (http://127.0.0.1:8444 by default), with the token in",
            "BRIDGE_OPERATOR_TOKEN, or the one in BRIDGE_DATA_DIR."
        },
        synopsisSubcommandLabel = "COMMAND")
final class DevicesCommand {

    private static final String JSON_HELP = "Print the bridge's JSON as it is.";
    private static final String PAGE = "500";

    /** Which key is allowed. */
    static final class Key {

        @Option(names = "--key", paramLabel = "SHA256", description = "The key's hash, as the device printed it.")
        private @Nullable String hash;

        // Never read: the group holds one of the two, so that this one was given where the other was not.
        @SuppressWarnings("UnusedVariable")
        @Option(names = "--latest", description = "The key that was tried last.")
        private boolean latest;
    }

    /** What a command does with a bridge that answers. */
    private interface Action {
        void run(OperatorClient client) throws IOException, InterruptedException;
    }

    private final Terminal terminal;

    DevicesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "Lists the devices in the order of their ids.")
    int list(
            @Option(
                            names = "--state",
                            defaultValue = "",
                            description = "Only those in this state: enrolled, connected, suspended, decommissioned;"
                                    + " several with commas.")
                    String state,
            @Option(names = "--query", defaultValue = "", description = "Only those with this in their id.")
                    String query,
            @Option(names = "--json", description = JSON_HELP) boolean json) {
        return with(client -> {
            ObjectNode all = allPages(client, state, query);
            if (json) {
                terminal.out().println(all);
            } else {
                DeviceTables.list(all.path("devices"), terminal.out());
            }
        });
    }

    @Command(description = "Shows one device: its certificates, and the keys that were tried in vain.")
    int show(
            @Parameters(paramLabel = "ID", description = "The device.") String id,
            @Option(names = "--json", description = JSON_HELP) boolean json) {
        return with(client -> {
            JsonNode device = client.get(devicePath(id));
            if (json) {
                terminal.out().println(device);
            } else {
                DeviceTables.show(device, terminal.out());
            }
        });
    }

    @Command(
            name = "allow-reenrollment",
            description = {
                "Lets a device that lost its key enroll with one new key, once, within seven days.",
                "Compare the hash with the one the device prints: whoever has that key becomes the device."
            })
    int allowReenrollment(
            @Parameters(paramLabel = "ID", description = "The device.") String id,
            @ArgGroup(multiplicity = "1") Key key,
            @Option(names = "--json", description = JSON_HELP) boolean json) {
        return with(client -> {
            String hash = key.hash == null ? latestKey(client, id, json) : key.hash;
            JsonNode allowed = client.post(devicePath(id) + "/allow-reenrollment", "key_sha256", hash);
            if (json) {
                terminal.out().println(allowed);
            } else {
                terminal.out()
                        .println(DeviceTables.text(allowed, "device_id") + " may enroll once with key "
                                + DeviceTables.text(allowed, "key_sha256") + " until "
                                + DeviceTables.text(allowed, "expires"));
            }
        });
    }

    private String latestKey(OperatorClient client, String id, boolean json) throws IOException, InterruptedException {
        JsonNode latest = client.get(devicePath(id)).path("attempts").path(0);
        if (latest.isMissingNode()) {
            throw new IOException(
                    "No key was tried in vain for " + DeviceTables.printable(id) + "; give one with --key.");
        }
        String hash = latest.path("key_sha256").asText();
        if (!json) {
            terminal.out()
                    .println("The latest key tried is " + hash + ", at " + DeviceTables.text(latest, "at") + " from "
                            + DeviceTables.text(latest, "source"));
        }
        return hash;
    }

    private static ObjectNode allPages(OperatorClient client, String state, String query)
            throws IOException, InterruptedException {
        TreeMap<String, String> parameters = new TreeMap<>();
        parameters.put("limit", PAGE);
        parameters.put("state", state);
        parameters.put("q", query);
        List<JsonNode> devices = new ArrayList<>();
        Optional<String> cursor = Optional.of("");
        while (cursor.isPresent()) {
            parameters.put("cursor", cursor.get());
            JsonNode page = client.get("/devices", parameters);
            page.path("devices").forEach(devices::add);
            cursor = Optional.ofNullable(page.path("next_cursor").textValue());
        }
        ObjectNode all = client.object();
        ArrayNode list = all.putArray("devices");
        list.addAll(devices);
        return all;
    }

    private static String devicePath(String id) {
        return "/devices/" + OperatorClient.encoded(id);
    }

    private int with(Action action) {
        return ClientConfig.read(terminal.environment()).fold(config -> run(config, action), problem -> {
            terminal.err().println(problem);
            return ExitStatus.MISUSED;
        });
    }

    private int run(ClientConfig config, Action action) {
        try {
            action.run(OperatorClient.of(config));
            return ExitStatus.OK;
        } catch (IOException e) {
            terminal.err().println(e.getMessage());
            return ExitStatus.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.FAILED;
        }
    }
}
