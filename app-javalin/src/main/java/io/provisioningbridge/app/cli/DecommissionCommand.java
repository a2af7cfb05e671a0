package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a device out of service for good, and waits for the proof. */
@Command(
        name = "decommission",
        description = {
            "Takes a device out of service for good.",
            "Its id is refused at once, its certificates are revoked, its peer leaves the",
            "tunnel server. Only readmit lets the id in again. Repeating it is harmless."
        },
        exitCodeListHeading = "%nEnds with%n",
        exitCodeList = {
            "0:the device is out of service; with --wait: and every system was brought to where it should be",
            "1:it failed, and standard error says why",
            "2:the command line or the configuration is wrong",
            "3:with --wait: the device is out of service, and some system is still behind"
        })
final class DecommissionCommand implements Callable<Integer> {

    private static final long PAUSE_MILLIS = 500;

    private final Terminal terminal;

    @Parameters(paramLabel = "ID", description = "The device.")
    private String id = "";

    @Option(names = "--reason", required = true, description = "Why; one line, for the audit trail and the receipt.")
    private String reason = "";

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "Wait at most that long until every system is done or has failed, and print what the receipt says.")
    private int seconds;

    DecommissionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (seconds < 0) {
            terminal.err().println("--wait is a number of seconds, not " + seconds + ".");
            return ExitStatus.MISUSED;
        }
        return BridgeCall.with(terminal, this::decommission);
    }

    private int decommission(OperatorClient client) throws IOException, InterruptedException {
        JsonNode accepted = client.delete(DevicesCommand.devicePath(id), Map.of("reason", reason));
        terminal.out().println(DeviceTables.text(accepted, "device_id") + " is out of service.");
        if (seconds == 0) {
            terminal.out().println();
            DeviceTables.lanes(accepted.path("lanes"), terminal.out());
            return ExitStatus.OK;
        }
        JsonNode receipt = finalReceipt(client);
        terminal.out().println();
        ReceiptText.print(receipt, terminal.out());
        return receipt.path("complete").booleanValue() ? ExitStatus.OK : ExitStatus.PENDING;
    }

    /** Asks for the receipt only: to decommission again could hit a device that was readmitted meanwhile. */
    private JsonNode finalReceipt(OperatorClient client) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            JsonNode receipt = ReceiptText.unverified(client.text(DevicesCommand.devicePath(id) + "/receipt"));
            boolean late = System.nanoTime() - begin >= TimeUnit.SECONDS.toNanos(seconds);
            // What has failed waits for an operator, and so would this command.
            boolean moving = receipt.path("systems").findValuesAsText("state").contains("due");
            if (!moving || late) {
                return receipt;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
