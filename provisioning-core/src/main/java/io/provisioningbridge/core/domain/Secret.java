package io.provisioningbridge.core.domain;

/** Text that must not be shown: prints {@code ***}, has no equality but identity. Immutable. */
public final class Secret {

    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** The text itself, for the one place that needs it. */
    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "***";
    }
}
