package io.provisioningbridge.app.cli;

import io.provisioningbridge.adapter.wireguard.PeerImport;
import io.provisioningbridge.app.AddressTakeover;
import io.provisioningbridge.app.StartException;
import io.provisioningbridge.app.config.BridgeConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Takes another installation's addresses over. */
@Command(
        name = "import-peers",
        description = {
            "Takes over the addresses of another installation's cdm_peers.json, while no bridge runs.",
            "No device is enrolled by that: each keeps its address, and gets it when it enrolls.",
            "An address that several ids claim is given to nobody."
        })
final class ImportPeersCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The file; cdm_peers.json in WG_CONFIG_DIR by default.")
    private @Nullable Path file;

    ImportPeersCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return Configuration.with(terminal, this::takeOver);
    }

    private int takeOver(BridgeConfig config) {
        try {
            Path from = file == null ? AddressTakeover.ownFile(config) : file;
            print(AddressTakeover.takeOver(config, from), terminal.out());
            return ExitStatus.OK;
        } catch (StartException e) {
            terminal.err().println(e.getMessage());
            return ExitStatus.FAILED;
        }
    }

    private static void print(PeerImport found, PrintStream out) {
        out.println("reserved: " + found.reserved().size());
        found.reserved().forEach((id, address) -> out.println("  " + address + "  " + id));
        out.println("claimed by several, given to nobody: " + found.withheld().size());
        found.withheld().forEach((address, ids) -> out.println("  " + address + "  " + String.join(", ", ids)));
        if (!found.leftOut().isEmpty()) {
            out.println("left out: " + found.leftOut().size());
            found.leftOut().forEach(entry -> out.println("  " + entry.id() + ": " + entry.reason()));
        }
    }
}
