package io.provisioningbridge.app.cli;

import io.provisioningbridge.adapter.wireguard.WireGuardServerFiles;
import io.provisioningbridge.app.config.TunnelServerConfig;
import io.provisioningbridge.core.domain.PeerKey;
import java.security.SecureRandom;
import picocli.CommandLine.Command;

/** Prepares the tunnel server. */
@Command(
        name = "wireguard",
        description = "Prepares the WireGuard server, while no bridge need run.",
        synopsisSubcommandLabel = "COMMAND")
final class WireGuardCommand {

    private final Terminal terminal;

    WireGuardCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            description = {
                "Makes the server's key and configuration in WG_CONFIG_DIR.",
                "They suit wg-quick and the linuxserver image, and come from WG_SUBNET, WG_INTERFACE and the port of",
                "WG_SERVER_ENDPOINT. Nothing is ever overwritten.",
                "Prints the line WG_SERVER_PUBLIC_KEY=..., which belongs into the bridge's configuration."
            })
    int init() {
        return TunnelServerConfig.read(terminal.environment()).fold(this::create, problems -> {
            terminal.err().println(problems);
            return ExitStatus.MISUSED;
        });
    }

    private int create(TunnelServerConfig config) {
        WireGuardServerFiles files = new WireGuardServerFiles(config.directory(), config.interfaceName());
        return files.create(config.pools(), config.port(), new SecureRandom())
                .fold(key -> tell(files, key), problem -> {
                    terminal.err().println(problem);
                    return ExitStatus.FAILED;
                });
    }

    /** Standard output is for the configuration alone, so that it can be appended to a file. */
    private int tell(WireGuardServerFiles files, PeerKey key) {
        terminal.out().println("WG_SERVER_PUBLIC_KEY=" + key);
        terminal.err()
                .println("Made " + files.configuration() + "; start the server with: wg-quick up "
                        + files.configuration().toAbsolutePath().normalize());
        return ExitStatus.OK;
    }
}
