package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Has a running bridge compare its store with every outside system, and shows what differs. */
@Command(
        name = "drift",
        description = {
            "Compares what the bridge has stored with every outside system, now, and lists what differs.",
            "Asks the bridge as ./bridge devices does."
        },
        exitCodeListHeading = "%nEnds with%n",
        exitCodeList = {
            "0:nothing differs",
            "1:it failed, and standard error says why; or nothing was found, and some system could not be compared",
            "2:the command line or the configuration is wrong",
            "3:the comparison is still under way after --wait",
            "4:something differs, repaired or not"
        })
final class DriftCommand implements Callable<Integer> {

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Terminal terminal;

    @Option(
            names = "--repair",
            description = {
                "Have what was found put right: the lanes of the devices are worked on again, the peers file is written"
                        + " again. What is not the bridge's is never touched. Not with --type: it puts everything right."
            })
    private boolean repair;

    @Option(names = "--last", description = "Show what was found last instead of comparing anew; a viewer may do that.")
    private boolean last;

    @Option(names = "--type", defaultValue = "", description = "List only what is of this type, such as missing-peer.")
    private String type = "";

    @Option(
            names = "--wait",
            defaultValue = "1800",
            paramLabel = "SECONDS",
            description = "At most so long; 1800 is usual.")
    private long wait;

    @Option(names = "--json", description = "Print the bridge's JSON as it is.")
    private boolean json;

    DriftCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (wait < 0) {
            terminal.err().println("--wait is a number of seconds, not " + wait + ".");
            return ExitStatus.MISUSED;
        }
        if (repair && !type.isEmpty()) {
            terminal.err()
                    .println(
                            "--repair puts everything right that was found, not only what --type lists; leave one of them"
                                    + " out. './bridge lanes retry' has one device worked on.");
            return ExitStatus.MISUSED;
        }
        return BridgeCall.with(terminal, this::run);
    }

    private int run(OperatorClient client) throws IOException, InterruptedException {
        if (!last && !isCompared(client, client.post("/drift/check", Map.of()))) {
            terminal.err()
                    .println("The comparison is still under way; './bridge drift --last' shows it once it has ended.");
            return ExitStatus.PENDING;
        }
        ObjectNode found = client.allPages("/drift", "findings", Map.of("type", type));
        JsonNode report = client.get("/drift", Map.of("limit", "1"));
        report.properties().forEach(member -> {
            if (!member.getKey().equals("next_cursor")) {
                found.putIfAbsent(member.getKey(), member.getValue());
            }
        });
        Optional<JsonNode> repaired =
                repair && found.has("begun") ? Optional.of(client.post("/drift/repair", Map.of())) : Optional.empty();
        if (json) {
            repaired.ifPresent(answer -> found.set("repair", answer));
            terminal.out().println(found);
        } else {
            DriftText.print(found, terminal.out());
            repaired.ifPresent(answer -> DriftText.printRepair(answer, terminal.out()));
        }
        return status(found);
    }

    /** Whether a round that began after it was asked for has ended in time. */
    private boolean isCompared(OperatorClient client, JsonNode asked) throws IOException, InterruptedException {
        Instant since = moment(asked.path("asked"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(wait);
        while (true) {
            JsonNode report = client.get("/drift", Map.of("limit", "1"));
            if (report.has("begun") && !moment(report.path("begun")).isBefore(since)) {
                return true;
            }
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private static Instant moment(JsonNode text) throws IOException {
        try {
            return Instant.parse(text.asText());
        } catch (DateTimeException e) {
            throw new IOException("The bridge's answer makes no sense; it may be of another version.", e);
        }
    }

    private static int status(JsonNode found) {
        if (found.path("total").asInt() > 0) {
            return ExitStatus.FOUND;
        }
        boolean isComplete = found.has("begun");
        for (JsonNode system : found.path("systems")) {
            isComplete &= system.path("checked").asBoolean();
        }
        return isComplete ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
