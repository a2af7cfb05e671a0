package io.provisioningbridge.app.cli;

import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration of commands that need one. */
final class Configuration {

    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);

    private Configuration() {}

    /** What the command answers with a configuration that is in order; otherwise says all that is wrong with it. */
    static int with(Terminal terminal, ToIntFunction<BridgeConfig> command) {
        ConfigReading reading = BridgeConfig.read(terminal.environment());
        if (reading instanceof ConfigReading.Accepted accepted) {
            accepted.warnings().forEach(warning -> LOG.warn("{}", warning));
            return command.applyAsInt(accepted.config());
        }
        terminal.err().println(((ConfigReading.Rejected) reading).message());
        return ExitStatus.MISUSED;
    }
}
