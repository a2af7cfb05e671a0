package io.provisioningbridge.app.cli;

import java.io.PrintStream;
import java.util.Map;

/**
 * What a command was started with and where it writes.
 *
 * @param environment as {@link System#getenv()} gives it
 * @param out for what was asked for
 * @param err for what went wrong
 */
public record Terminal(Map<String, String> environment, PrintStream out, PrintStream err) {

    public Terminal {
        environment = Map.copyOf(environment);
    }

    /** Not the environment, which holds secrets. */
    @Override
    public String toString() {
        return "Terminal";
    }

    /** This process's own. */
    static Terminal ofThisProcess() {
        return new Terminal(System.getenv(), System.out, System.err);
    }
}
