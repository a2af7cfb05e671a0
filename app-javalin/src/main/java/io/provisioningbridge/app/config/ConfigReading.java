package io.provisioningbridge.app.config;

import java.util.List;
import java.util.stream.Collectors;

/** What became of an operator's words: a configuration to start with, or everything that is wrong with them. Immutable. */
public sealed interface ConfigReading {

    /** What is odd but does not prevent a start. */
    List<Finding> warnings();

    /** Every variable this version reads and every other one that is set, in a fixed order. */
    List<Setting> settings();

    /** What prevents a start; empty only when accepted. */
    List<Finding> problems();

    /** The bridge can start with this. */
    record Accepted(BridgeConfig config, List<Finding> warnings, List<Setting> settings) implements ConfigReading {

        public Accepted {
            warnings = List.copyOf(warnings);
            settings = List.copyOf(settings);
        }

        @Override
        public List<Finding> problems() {
            return List.of();
        }
    }

    /** The bridge does not start with this. At least one problem. */
    record Rejected(List<Finding> problems, List<Finding> warnings, List<Setting> settings) implements ConfigReading {

        public Rejected {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
            settings = List.copyOf(settings);
            if (problems.isEmpty()) {
                throw new IllegalArgumentException("a configuration is rejected for a problem");
            }
        }

        /** One message with all problems, a line each. */
        public String message() {
            String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
            return problems.stream()
                    .map(problem -> "  " + problem)
                    .collect(Collectors.joining("\n", "The configuration has " + count + ":\n", ""));
        }
    }
}
