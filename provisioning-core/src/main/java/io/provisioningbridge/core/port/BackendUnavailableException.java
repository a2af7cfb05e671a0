package io.provisioningbridge.core.port;

import java.time.Duration;

/** The backend cannot do it now; the same call may succeed later. */
public final class BackendUnavailableException extends BackendException {

    private static final long serialVersionUID = 1;

    /** When a backend does not say how long to wait. */
    public static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(5);

    private final Duration retryAfter;

    public BackendUnavailableException(String message, Effect effect) {
        this(message, effect, DEFAULT_RETRY_AFTER);
    }

    public BackendUnavailableException(String message, Effect effect, Duration retryAfter) {
        super(message, effect);
        this.retryAfter = retryAfter;
    }

    public BackendUnavailableException(String message, Effect effect, Throwable cause) {
        this(message, effect, DEFAULT_RETRY_AFTER, cause);
    }

    public BackendUnavailableException(String message, Effect effect, Duration retryAfter, Throwable cause) {
        super(message, effect, cause);
        this.retryAfter = retryAfter;
    }

    /** How long to wait before asking again; positive. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
