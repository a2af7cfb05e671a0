package io.provisioningbridge.app.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ScopeType;

/** The command line: one subcommand does the work. */
@Command(
        name = "bridge",
        description = "Turns an unboxed device into a managed one.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Configured by environment variables: see docs/configuration.md."})
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine(Terminal.ofThisProcess()).execute(args));
    }

    /** All commands there are. */
    static CommandLine commandLine(Terminal terminal) {
        return new CommandLine(new Main())
                .addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new DemoCommand(terminal))
                .addSubcommand(new ConfigCommand(terminal))
                .addSubcommand(devices(terminal))
                .addSubcommand(new LanesCommand(terminal))
                .addSubcommand(new DriftCommand(terminal))
                .addSubcommand(new ReceiptCommand(terminal))
                .addSubcommand(new ImportPeersCommand(terminal))
                .addSubcommand(new WireGuardCommand(terminal))
                .addSubcommand(new ThingsBoardCommand(terminal))
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    }

    private static CommandLine devices(Terminal terminal) {
        return new CommandLine(new DevicesCommand(terminal)).addSubcommand(new DecommissionCommand(terminal));
    }

    /** The version the build wrote into the application's jar. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            Optional<String> version =
                    Optional.ofNullable(Main.class.getPackage().getImplementationVersion());
            return new String[] {"provisioning-bridge " + version.orElse("(not packaged)")};
        }
    }
}
