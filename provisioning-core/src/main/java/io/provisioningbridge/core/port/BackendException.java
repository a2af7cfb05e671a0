package io.provisioningbridge.core.port;

/**
 * A backend did not do what it was asked. Its message is for the log; it is never shown to a device.
 */
public abstract sealed class BackendException extends RuntimeException
        permits BackendUnavailableException, BackendRefusedException {

    private static final long serialVersionUID = 1;

    private final Effect effect;

    /** Whether the backend may have done it all the same. */
    public enum Effect {
        /** It surely did nothing: it was never reached, or said no. */
        NONE,
        /** It may have done it: the answer was lost, late, or made no sense. */
        POSSIBLE
    }

    BackendException(String message, Effect effect) {
        super(message);
        this.effect = effect;
    }

    BackendException(String message, Effect effect, Throwable cause) {
        super(message, cause);
        this.effect = effect;
    }

    /** Whether what was asked may have happened. */
    public final Effect effect() {
        return effect;
    }
}
