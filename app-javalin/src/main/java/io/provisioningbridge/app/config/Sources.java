package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gathers the text of every variable that is set: the environment wins over the properties file, and in each of them a
 * variable is given by its own name or by the path of a file, not both. Empty means not set.
 */
final class Sources {

    static final String ENVIRONMENT = "environment";

    /**
     * A value nobody has parsed yet.
     *
     * @param text as given; a file's without one trailing newline
     * @param source in words
     */
    record Raw(String text, String source) {

        /** Not the text, which may be a secret. */
        @Override
        public String toString() {
            return "from " + source;
        }
    }

    private final Findings findings;
    private final Map<Variable, Raw> values = new EnumMap<>(Variable.class);
    private final Set<Variable> broken = EnumSet.noneOf(Variable.class);

    private Sources(Findings findings) {
        this.findings = findings;
    }

    static Sources gather(Map<String, String> environment, Findings findings) {
        Sources sources = new Sources(findings);
        sources.reportUnknown(environment);
        sources.take(environment, ENVIRONMENT);
        sources.raw(Variable.BRIDGE_CONFIG)
                .ifPresent(file -> sources.takeFile(file.text().strip()));
        return sources;
    }

    /** The text of a variable; empty when it is not set, or set in a way that was reported as a problem. */
    Optional<Raw> raw(Variable variable) {
        return Optional.ofNullable(values.get(variable));
    }

    /** Whether somebody gave a value, a usable one or not. */
    boolean isSet(Variable variable) {
        return values.containsKey(variable) || broken.contains(variable);
    }

    private void takeFile(String path) {
        Parsed<String> content = SmallFile.read(path);
        content.fold(
                text -> {
                    PropertiesText.parse(text)
                            .fold(
                                    entries -> {
                                        refuseForeignKeys(entries, path);
                                        take(entries, path);
                                        return true;
                                    },
                                    problem -> problem(Variable.BRIDGE_CONFIG, Quoted.of(path) + " " + problem));
                    return true;
                },
                problem -> problem(Variable.BRIDGE_CONFIG, problem));
    }

    private void reportUnknown(Map<String, String> environment) {
        for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
            String name = entry.getKey();
            if (isKnown(name) || entry.getValue().isBlank()) {
                continue;
            }
            switch (Names.judge(name)) {
                case REFUSED -> findings.problem(name, "there is no such variable" + Names.suggestion(name));
                case WARNED ->
                    findings.warning(name, "is not a variable of the bridge and ignored" + Names.suggestion(name));
                case IGNORED -> {}
            }
        }
    }

    private void refuseForeignKeys(Map<String, String> entries, String path) {
        for (String name : entries.keySet()) {
            Optional<Variable> variable = Variable.named(name);
            if (!isKnown(name)) {
                findings.problem(Quoted.bare(name), "there is no such variable" + Names.suggestion(name) + in(path));
            } else if (variable.isPresent() && !variable.get().hasFileVariant()) {
                findings.problem(name, "is read from the environment only" + in(path));
            }
        }
    }

    private static boolean isKnown(String name) {
        return Variable.named(name).isPresent()
                || Variable.withFileVariant(name).isPresent();
    }

    private void take(Map<String, String> entries, String source) {
        for (Variable variable : Variable.values()) {
            String name = variable.name();
            String direct = entries.getOrDefault(name, "");
            String file = variable.hasFileVariant() ? entries.getOrDefault(name + Variable.FILE_SUFFIX, "") : "";
            if (!direct.isBlank() && !file.isBlank()) {
                problem(variable, name + Variable.FILE_SUFFIX + " is set as well; set one of the two" + in(source));
            } else if (!direct.isBlank() && !isSet(variable)) {
                values.put(variable, new Raw(direct, source));
            } else if (!file.isBlank() && !isSet(variable)) {
                takeValueFile(variable, file.strip());
            }
        }
    }

    private void takeValueFile(Variable variable, String path) {
        String name = variable.name() + Variable.FILE_SUFFIX;
        SmallFile.read(path)
                .fold(
                        content -> {
                            String text = content.replaceFirst("\\r?\\n\\z", "");
                            if (text.isBlank()) {
                                return problem(variable, Quoted.of(path) + " is empty (" + name + ")");
                            }
                            values.put(variable, new Raw(text, path + " (" + name + ")"));
                            return true;
                        },
                        problem -> problem(variable, problem + " (" + name + ")"));
    }

    private boolean problem(Variable variable, String text) {
        findings.problem(variable.name(), text);
        broken.add(variable);
        return false;
    }

    /** Nothing for the environment, where everybody looks first. */
    static String in(String source) {
        return source.equals(ENVIRONMENT) ? "" : " (in " + source + ")";
    }
}
