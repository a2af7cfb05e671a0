package io.provisioningbridge.app.cli;

import io.provisioningbridge.app.config.ClientConfig;
import java.io.IOException;

/** What a command does with a bridge that runs. */
interface BridgeCall {

    /** @return the {@link ExitStatus}. @throws IOException its message is for the operator */
    int on(OperatorClient client) throws IOException, InterruptedException;

    /** Finds the bridge, does it, and says what went wrong. @return the {@link ExitStatus} */
    static int with(Terminal terminal, BridgeCall call) {
        return ClientConfig.read(terminal.environment()).fold(config -> run(terminal, config, call), problem -> {
            terminal.err().println(problem);
            return ExitStatus.MISUSED;
        });
    }

    private static int run(Terminal terminal, ClientConfig config, BridgeCall call) {
        try {
            return call.on(OperatorClient.of(config));
        } catch (IOException e) {
            terminal.err().println(e.getMessage());
            return ExitStatus.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.FAILED;
        }
    }
}
