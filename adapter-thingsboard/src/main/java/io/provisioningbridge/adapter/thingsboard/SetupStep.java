package io.provisioningbridge.adapter.thingsboard;

import java.util.List;

/**
 * Something that is set up on ThingsBoard. Immutable; names no secret.
 *
 * @param action what becomes of it
 * @param subject what it is, such as {@code device profile 'provisioning-bridge'}
 * @param details in words; of what is made there are none
 */
public record SetupStep(Action action, String subject, List<String> details) {

    public SetupStep {
        details = List.copyOf(details);
    }

    /** What becomes of it. */
    public enum Action {
        /** It is not there yet. */
        CREATE,
        /** It is there, and not as it should be. */
        CHANGE
    }

    static SetupStep create(String subject) {
        return new SetupStep(Action.CREATE, subject, List.of());
    }

    static SetupStep change(String subject, List<String> details) {
        return new SetupStep(Action.CHANGE, subject, details);
    }
}
