package io.provisioningbridge.core.port;

/** The backend will never do it as asked. */
public final class BackendRefusedException extends BackendException {

    private static final long serialVersionUID = 1;

    private final Fault fault;

    /** Whose fault a refusal is. */
    public enum Fault {
        /** What the caller sent: another request may be granted. */
        REQUEST,
        /** How the backend or the bridge is set up, or an answer that makes no sense: an operator has to look. */
        BACKEND
    }

    public BackendRefusedException(String message, Fault fault, Effect effect) {
        super(message, effect);
        this.fault = fault;
    }

    public BackendRefusedException(String message, Fault fault, Effect effect, Throwable cause) {
        super(message, effect, cause);
        this.fault = fault;
    }

    /** Whose fault it is. */
    public Fault fault() {
        return fault;
    }
}
