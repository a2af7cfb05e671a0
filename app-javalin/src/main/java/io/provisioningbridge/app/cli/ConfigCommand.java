package io.provisioningbridge.app.cli;

import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import io.provisioningbridge.app.config.Finding;
import io.provisioningbridge.app.config.Setting;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;

/** Judges and shows the configuration without starting anything. */
@Command(
        name = "config",
        description = "Checks or shows the configuration, without starting anything.",
        synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand {

    // One long value should not push the sources of all others out of sight.
    private static final int WIDEST_VALUE = 50;

    private final Terminal terminal;

    ConfigCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(description = "Lists everything that is wrong or odd. Ends with 0 if the server would start, else with 2.")
    int check() {
        ConfigReading reading = BridgeConfig.read(terminal.environment());
        List<Finding> problems = reading.problems();
        problems.forEach(problem -> terminal.out().println("error: " + problem));
        reading.warnings().forEach(warning -> terminal.out().println("warning: " + warning));
        terminal.out()
                .println(
                        problems.isEmpty()
                                ? "The server would start with this configuration."
                                : "The server would not start.");
        return statusOf(reading);
    }

    @Command(description = "Prints what is in force and where each value came from; secrets as ***.")
    int show() {
        ConfigReading reading = BridgeConfig.read(terminal.environment());
        print(reading.settings(), terminal.out());
        if (reading instanceof ConfigReading.Rejected rejected) {
            terminal.err().println(rejected.message());
        }
        return statusOf(reading);
    }

    private static int statusOf(ConfigReading reading) {
        return reading instanceof ConfigReading.Accepted ? ExitStatus.OK : ExitStatus.MISUSED;
    }

    private static void print(List<Setting> settings, PrintStream out) {
        int nameWidth = settings.stream()
                .mapToInt(setting -> setting.name().length())
                .max()
                .orElse(0);
        int valueWidth = settings.stream()
                .mapToInt(setting -> setting.value().length())
                .filter(width -> width <= WIDEST_VALUE)
                .max()
                .orElse(1);
        for (Setting setting : settings) {
            String value = setting.value().isEmpty() ? "-" : setting.value();
            out.println(padded(setting.name(), nameWidth) + "  " + padded(value, valueWidth) + "  " + setting.source());
        }
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
