package io.provisioningbridge.app.cli;

import io.provisioningbridge.app.NativeCryptography;
import io.provisioningbridge.app.RunningBridge;
import io.provisioningbridge.app.StartException;
import io.provisioningbridge.app.Wiring;
import io.provisioningbridge.app.config.BridgeConfig;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** Runs the bridge until it is told to end. */
@Command(name = "serve", description = "Runs the bridge until it gets SIGTERM or SIGINT.")
final class ServeCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    private final Terminal terminal;

    ServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return Configuration.with(terminal, this::serve);
    }

    private int serve(BridgeConfig config) {
        NativeCryptography.install();
        try (RunningBridge bridge = Wiring.production(config)) {
            CountDownLatch ended = Shutdown.closes(bridge);
            LOG.info("devices are served on {}, port {}", config.listener().listen(), bridge.port());
            LOG.info("operators are served on {}, port {}", config.operators().listen(), bridge.adminPort());
            ended.await();
            return ExitStatus.OK;
        } catch (StartException e) {
            terminal.err().println("The bridge cannot start: " + e.getMessage());
            return ExitStatus.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.FAILED;
        }
    }
}
