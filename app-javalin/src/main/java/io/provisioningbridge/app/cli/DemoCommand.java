package io.provisioningbridge.app.cli;

import io.provisioningbridge.app.NativeCryptography;
import io.provisioningbridge.app.StartException;
import io.provisioningbridge.app.demo.Demo;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what the bridge does, with nothing to be set up. */
@Command(
        name = "demo",
        description = {
            "Lives the lives of simulated devices: a bridge with an embedded CA enrolls them, simulators stand in for hawkBit and",
            "ThingsBoard.",
            "Everything is in a temporary directory. The bridge keeps serving until SIGTERM or SIGINT."
        })
final class DemoCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--once", description = "End when the story is told.")
    private boolean once;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        NativeCryptography.install();
        try (Demo demo = Demo.start()) {
            CountDownLatch ended = Shutdown.closes(demo);
            demo.show(terminal.out());
            if (!once) {
                terminal.out().println("The bridge keeps serving; end it with Ctrl-C.");
                ended.await();
            }
            return ExitStatus.OK;
        } catch (StartException | IOException e) {
            terminal.err().println("The demo failed: " + e.getMessage());
            return ExitStatus.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.FAILED;
        }
    }
}
