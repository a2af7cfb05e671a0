package io.provisioningbridge.app.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong and what is odd, in the order it is found. Not safe for concurrent use. */
final class Findings {

    private final List<Finding> problems = new ArrayList<>();
    private final List<Finding> warnings = new ArrayList<>();

    void problem(String name, String text) {
        problems.add(new Finding(name, text));
    }

    void warning(String name, String text) {
        warnings.add(new Finding(name, text));
    }

    List<Finding> problems() {
        return List.copyOf(problems);
    }

    List<Finding> warnings() {
        return List.copyOf(warnings);
    }
}
