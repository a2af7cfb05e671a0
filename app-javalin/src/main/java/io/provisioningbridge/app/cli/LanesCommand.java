package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at what is still to be done at the outside systems of a running bridge, and has it tried again. */
@Command(
        name = "lanes",
        description = {
            "Lists what is not as it should be at the outside systems, or has it tried again.",
            "A lane is one device at one system; one that failed waits for an operator.",
            "Asks the bridge as ./bridge devices does."
        })
final class LanesCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--state", defaultValue = "failed", description = "Which ones: failed (the default), due, done.")
    private String state = "";

    @Option(names = "--json", description = "Print the bridge's JSON as it is.")
    private boolean json;

    LanesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Whose lanes are retried. */
    static final class Which {

        @Option(names = "--device", paramLabel = "ID", description = "That of one device, failed or not.")
        private @Nullable String device;

        // Never read: the group holds one of the two, so that this one was given where the other was not.
        @SuppressWarnings("UnusedVariable")
        @Option(names = "--all-failed", description = "All that failed.")
        private boolean allFailed;
    }

    @Override
    public Integer call() {
        return BridgeCall.with(terminal, client -> {
            JsonNode all = client.allPages("/lanes", "lanes", Map.of("state", state));
            if (json) {
                terminal.out().println(all);
            } else if (all.path("lanes").isEmpty()) {
                terminal.out().println(state.equals("failed") ? "No lane has failed." : "No lane is " + state + ".");
            } else {
                DeviceTables.table(
                        List.of("ID", "SYSTEM", "STATE", "SINCE", "NEXT TRY", "PROBLEM"),
                        List.of("device_id", "system", "state", "since", "next_try", "problem"),
                        all.path("lanes"),
                        "",
                        terminal.out());
            }
            return ExitStatus.OK;
        });
    }

    @Command(description = "Has lanes worked on again, now.")
    int retry(
            @Option(
                            names = "--system",
                            required = true,
                            description = "Which system: certificate-authority, tunnel, update-server or platform.")
                    String system,
            @ArgGroup(multiplicity = "1") Which which) {
        return BridgeCall.with(terminal, client -> {
            JsonNode answer = client.post(
                    "/lanes/retry",
                    which.device == null
                            ? Map.of("state", "failed", "system", system)
                            : Map.of("device_id", which.device, "system", system));
            terminal.out().println(DeviceTables.text(answer, "retried") + " to be tried again.");
            return ExitStatus.OK;
        });
    }
}
