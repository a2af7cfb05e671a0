package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * One problem document (RFC 9457), apart from where it happened. Immutable.
 *
 * <p>{@code detail} goes to strangers: it says what to do and nothing of our insides.
 */
final class Problem {

    static final String MEDIA_TYPE = "application/problem+json";

    private static final Pattern URI_TEXT = Pattern.compile("/[\\x21-\\x7e]{0,255}");

    private final ProblemType type;
    private final String detail;
    private final Optional<Duration> retryAfter;
    private final Consumer<ObjectNode> extension;

    private Problem(ProblemType type, String detail, Optional<Duration> retryAfter, Consumer<ObjectNode> extension) {
        this.type = type;
        this.detail = detail;
        this.retryAfter = retryAfter;
        this.extension = extension;
    }

    static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail, Optional.empty(), members -> {});
    }

    static Problem of(EnrollmentResult.Refused refused) {
        Problem problem = of(ProblemType.of(refused.reason()), refused.detail());
        return problem.status() == 409
                ? refused.attemptedKey().map(problem::withKey).orElse(problem)
                : problem;
    }

    static Problem of(EnrollmentResult.Deferred deferred) {
        return of(ProblemType.of(deferred.reason()), deferred.detail()).retryAfter(deferred.retryAfter());
    }

    /** The same, worth another try after that long; positive. */
    Problem retryAfter(Duration wait) {
        return new Problem(type, detail, Optional.of(wait), extension);
    }

    /** The same with members of its own. */
    Problem with(Consumer<ObjectNode> members) {
        return new Problem(type, detail, retryAfter, extension.andThen(members));
    }

    private Problem withKey(KeyHash key) {
        return with(members -> members.put("key_sha256", key.hex()));
    }

    ProblemType type() {
        return type;
    }

    int status() {
        return type.status();
    }

    String detail() {
        return detail;
    }

    /** Value of the {@code Retry-After} header: whole seconds, rounded up, at least 1. */
    Optional<String> retryAfterSeconds() {
        return retryAfter.map(wait ->
                String.valueOf(Math.max(1, wait.plusSeconds(1).minusNanos(1).toSeconds())));
    }

    /**
     * The document in UTF-8.
     *
     * @param path of the request, as it was sent; left out of the document when it is no path one would want to repeat
     */
    byte[] json(String path) {
        ObjectNode document = Json.object()
                .put("type", type.uri())
                .put("title", type.title())
                .put("status", type.status())
                .put("detail", detail);
        if (URI_TEXT.matcher(path).matches()) {
            document.put("instance", path);
        }
        document.put("code", type.code());
        extension.accept(document);
        return Json.write(document);
    }

    @Override
    public String toString() {
        return type.status() + " " + type.code();
    }
}
