package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Secret;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Typed access to the variables; what does not parse is reported once it is asked for. Every method answers empty both for a
 * variable that is not set and for one that is wrong: {@link #isSet} tells them apart.
 */
final class Values {

    private final Sources sources;
    private final Findings findings;
    private final Map<Variable, String> defaults = new EnumMap<>(Variable.class);

    Values(Sources sources, Findings findings) {
        this.sources = sources;
        this.findings = findings;
    }

    boolean isSet(Variable variable) {
        return sources.isSet(variable);
    }

    boolean anySet(Variable... variables) {
        return Stream.of(variables).anyMatch(this::isSet);
    }

    <T> Optional<T> optional(Variable variable, Function<String, Parsed<T>> parser) {
        Optional<Sources.Raw> raw = sources.raw(variable);
        if (raw.isEmpty()) {
            return Optional.empty();
        }
        return parser.apply(raw.get().text().strip()).fold(Optional::of, problem -> {
            problem(variable, problem);
            return Optional.empty();
        });
    }

    /** @param why what makes it required, after "required" */
    <T> Optional<T> required(Variable variable, String why, Function<String, Parsed<T>> parser) {
        if (!isSet(variable)) {
            problem(variable, "required" + why);
        }
        return optional(variable, parser);
    }

    <T> Optional<T> orDefault(Variable variable, String text, Function<String, Parsed<T>> parser) {
        if (isSet(variable)) {
            return optional(variable, parser);
        }
        defaults.put(variable, text);
        return Optional.of(parser.apply(text).orThrow());
    }

    /** A secret is taken as it is: white space at its ends belongs to it, but is seldom meant. */
    Optional<Secret> requiredSecret(Variable variable, String why) {
        if (!isSet(variable)) {
            problem(variable, "required" + why);
        }
        return sources.raw(variable).map(raw -> {
            if (!raw.text().equals(raw.text().strip())) {
                warning(variable, "begins or ends with white space, which counts" + Sources.in(raw.source()));
            }
            return new Secret(raw.text());
        });
    }

    /** The value where there is a sound one; reports nothing. */
    <T> Optional<T> peek(Variable variable, Function<String, Parsed<T>> parser) {
        return sources.raw(variable)
                .flatMap(raw -> parser.apply(raw.text().strip()).value());
    }

    void problem(Variable variable, String text) {
        String source = sources.raw(variable).map(Sources.Raw::source).orElse(Sources.ENVIRONMENT);
        findings.problem(variable.name(), text + Sources.in(source));
    }

    void warning(Variable variable, String text) {
        findings.warning(variable.name(), text);
    }

    /** What an operator is shown: all this version reads, and whatever else is set. */
    List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        for (Variable variable : Variable.values()) {
            if (variable.use() != Variable.Use.ELSEWHERE && (variable.use() == Variable.Use.READ || isSet(variable))) {
                settings.add(setting(variable));
            }
        }
        return settings;
    }

    private Setting setting(Variable variable) {
        String unused = variable.use() == Variable.Use.LATER ? ", not used by this version" : "";
        Optional<Sources.Raw> raw = sources.raw(variable);
        if (raw.isPresent()) {
            String shown =
                    variable.isSecret() ? "***" : Quoted.bare(raw.get().text().strip());
            return new Setting(variable.name(), shown, raw.get().source() + unused);
        }
        if (isSet(variable)) {
            return new Setting(variable.name(), "", "cannot be read");
        }
        return defaults.containsKey(variable)
                ? new Setting(variable.name(), defaults.get(variable), Setting.DEFAULT)
                : new Setting(variable.name(), "", Setting.UNSET);
    }
}
