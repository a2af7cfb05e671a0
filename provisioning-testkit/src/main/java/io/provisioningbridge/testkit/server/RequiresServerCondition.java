package io.provisioningbridge.testkit.server;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides for {@link RequiresServer}. */
final class RequiresServerCondition implements ExecutionCondition {

    static final String VARIABLE = "BRIDGE_REAL_SERVERS";

    private final Map<String, String> environment;

    /** For JUnit. */
    RequiresServerCondition() {
        this(System.getenv());
    }

    RequiresServerCondition(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getElement()
                .map(element -> element.getAnnotation(RequiresServer.class))
                .map(annotation -> {
                    ConditionEvaluationResult result = decide(List.of(annotation.value()));
                    if (result.isDisabled()) {
                        // Standard output, because a skipped test otherwise leaves no trace in the build's log.
                        System.out.println("SKIPPED (real server): " + context.getDisplayName() + ": "
                                + result.getReason().orElse(""));
                    }
                    return result;
                })
                .orElseGet(() -> ConditionEvaluationResult.enabled("needs no real server"));
    }

    /** @throws IllegalStateException when the programs are required and missing, or the variable makes no sense */
    ConditionEvaluationResult decide(List<String> programs) {
        String wish = environment.getOrDefault(VARIABLE, "");
        List<String> missing = missing(programs);
        return switch (wish) {
            case "off" -> ConditionEvaluationResult.disabled(VARIABLE + "=off");
            case "required" -> {
                if (!missing.isEmpty()) {
                    throw new IllegalStateException(
                            VARIABLE + "=required, and not on the PATH: " + String.join(", ", missing));
                }
                yield ConditionEvaluationResult.enabled("all programs are there");
            }
            case "" ->
                missing.isEmpty()
                        ? ConditionEvaluationResult.enabled("all programs are there")
                        : ConditionEvaluationResult.disabled("not on the PATH: " + String.join(", ", missing));
            default -> throw new IllegalStateException(VARIABLE + " is 'required', 'off' or empty, not '" + wish + "'");
        };
    }

    /**
     * For what only trying shows: skips the test that is running with a printed line.
     *
     * @return never
     * @throws IllegalStateException when real servers are required
     */
    static RuntimeException skip(String what, String why) {
        if (System.getenv().getOrDefault(VARIABLE, "").equals("required")) {
            throw new IllegalStateException(VARIABLE + "=required, and no " + what + ": " + why);
        }
        System.out.println("SKIPPED (real server): no " + what + ": " + why);
        return Assumptions.abort("no " + what + ": " + why);
    }

    private List<String> missing(List<String> programs) {
        List<String> missing = new ArrayList<>();
        for (String program : programs) {
            if (!present(program)) {
                missing.add(program);
            }
        }
        return missing;
    }

    private boolean present(String program) {
        if (program.contains("/")) {
            return Files.isExecutable(Path.of(program));
        }
        for (String directory : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(directory, program);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return true;
            }
        }
        return false;
    }
}
