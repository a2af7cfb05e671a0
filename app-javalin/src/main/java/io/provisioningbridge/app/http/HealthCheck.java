package io.provisioningbridge.app.http;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One thing readiness depends on.
 *
 * @param name as it stands in the answer, such as {@code store}
 * @param weight what its failing means
 * @param problem empty when all is well, otherwise what is wrong, in words that anybody may read; runs on the thread that
 *     calls {@link Readiness#runDue}; when it throws, the check fails
 */
public record HealthCheck(String name, Weight weight, Supplier<Optional<String>> problem) {

    /** What a failing check means. */
    public enum Weight {
        /** The bridge cannot serve: 503. */
        REQUIRED,
        /** The bridge serves, perhaps not everybody: 200, listed as degraded. */
        ADVISORY
    }

    public static HealthCheck required(String name, Supplier<Optional<String>> problem) {
        return new HealthCheck(name, Weight.REQUIRED, problem);
    }

    public static HealthCheck advisory(String name, Supplier<Optional<String>> problem) {
        return new HealthCheck(name, Weight.ADVISORY, problem);
    }
}
