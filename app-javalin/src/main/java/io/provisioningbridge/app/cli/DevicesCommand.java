package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks at the devices of a running bridge, and decides about them. */
@Command(
        name = "devices",
        description = {
            "Shows the devices of a running bridge, and lets them in, or out.",
            "Asks the bridge at BRIDGE_ADMIN_URL (by default http://127.0.0.1:8444), with the",
            "token in BRIDGE_OPERATOR_TOKEN, or the one in BRIDGE_DATA_DIR."
        },
        synopsisSubcommandLabel = "COMMAND")
final class DevicesCommand {

    private static final String JSON_HELP = "Print the bridge's JSON as it is.";
    private static final String REASON_HELP = "Why; one line, for the audit trail.";

    /** Which key is allowed. */
    static final class Key {

        @Option(names = "--key", paramLabel = "SHA256", description = "The key's hash, as the device printed it.")
        private @Nullable String hash;

        // Never read: the group holds one of the two, so that this one was given where the other was not.
        @SuppressWarnings("UnusedVariable")
        @Option(names = "--latest", description = "The key that was tried last.")
        private boolean latest;
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
        return BridgeCall.with(terminal, client -> {
            ObjectNode all = allPages(client, state, query);
            if (json) {
                terminal.out().println(all);
            } else {
                DeviceTables.list(all.path("devices"), terminal.out());
            }
            return ExitStatus.OK;
        });
    }

    @Command(description = "Shows one device: its certificates, and the keys that were tried in vain.")
    int show(
            @Parameters(paramLabel = "ID", description = "The device.") String id,
            @Option(names = "--json", description = JSON_HELP) boolean json) {
        return BridgeCall.with(terminal, client -> {
            JsonNode device = client.get(devicePath(id));
            if (json) {
                terminal.out().println(device);
            } else {
                DeviceTables.show(device, terminal.out());
            }
            return ExitStatus.OK;
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
        return BridgeCall.with(terminal, client -> {
            String hash = key.hash == null ? latestKey(client, id, json) : key.hash;
            JsonNode allowed = client.post(devicePath(id) + "/allow-reenrollment", Map.of("key_sha256", hash));
            if (json) {
                terminal.out().println(allowed);
            } else {
                terminal.out()
                        .println(DeviceTables.text(allowed, "device_id") + " may enroll once with key "
                                + DeviceTables.text(allowed, "key_sha256") + " until "
                                + DeviceTables.text(allowed, "expires"));
            }
            return ExitStatus.OK;
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

    @Command(
            description = {
                "Shuts a device out for the time being.",
                "Its peer leaves the tunnel server, and every request of it is refused.",
                "Certificates, keys and address are kept."
            })
    int suspend(
            @Parameters(paramLabel = "ID", description = "The device.") String id,
            @Option(names = "--reason", defaultValue = "", description = REASON_HELP) String reason) {
        return change(id, "suspend", reason, "is suspended");
    }

    @Command(description = "Lets a suspended device in again.")
    int resume(
            @Parameters(paramLabel = "ID", description = "The device.") String id,
            @Option(names = "--reason", defaultValue = "", description = REASON_HELP) String reason) {
        return change(id, "resume", reason, "is in service");
    }

    @Command(
            description = {
                "Lets a device that was taken out of service enroll anew, inheriting nothing.",
                "Only once the tunnel server has let the old one go. Save the receipt before: it is of the life that is gone."
            })
    int readmit(
            @Parameters(paramLabel = "ID", description = "The device.") String id,
            @Option(names = "--reason", defaultValue = "", description = REASON_HELP) String reason) {
        return change(id, "readmit", reason, "may enroll anew");
    }

    @Command(
            description =
                    "Says which rule decides the device's next enrollment, and what each outside system waits for.")
    int explain(
            @Parameters(paramLabel = "ID", description = "The device, known or not.") String id,
            @Option(names = "--json", description = JSON_HELP) boolean json) {
        return BridgeCall.with(terminal, client -> {
            JsonNode explanation = client.get(devicePath(id) + "/explanation");
            if (json) {
                terminal.out().println(explanation);
            } else {
                DeviceTables.explain(explanation, terminal.out());
            }
            return ExitStatus.OK;
        });
    }

    @Command(
            description = {
                "Prints the signed receipt of a device that was taken out of service.",
                "It tells what is known now; ./bridge receipt verify reads it."
            })
    int receipt(
            @Parameters(paramLabel = "ID", description = "The device.") String id,
            @Option(names = "--output", paramLabel = "FILE", description = "Write it there instead.") @Nullable
                    Path file) {
        return BridgeCall.with(terminal, client -> {
            String receipt = client.text(devicePath(id) + "/receipt");
            if (file == null) {
                terminal.out().println(receipt);
            } else {
                Files.writeString(file, receipt + "\n", StandardCharsets.US_ASCII);
            }
            return ExitStatus.OK;
        });
    }

    private int change(String id, String wish, String reason, String outcome) {
        return BridgeCall.with(terminal, client -> {
            JsonNode device = client.post(devicePath(id) + "/" + wish, Map.of("reason", reason));
            terminal.out().println(DeviceTables.text(device, "device_id") + " " + outcome + ".");
            return ExitStatus.OK;
        });
    }

    private static ObjectNode allPages(OperatorClient client, String state, String query)
            throws IOException, InterruptedException {
        return client.allPages("/devices", "devices", Map.of("state", state, "q", query));
    }

    static String devicePath(String id) {
        return "/devices/" + OperatorClient.encoded(id);
    }
}
