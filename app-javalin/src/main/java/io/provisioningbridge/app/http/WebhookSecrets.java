package io.provisioningbridge.app.http;

import io.provisioningbridge.core.domain.Secret;
import java.util.List;

/**
 * What the platform's webhook calls prove themselves with: one secret, or the new one and the old one while the platform is
 * told. Keeps their hashes only. Immutable.
 */
public final class WebhookSecrets {

    private final List<HashedSecret> secrets;

    /** @throws IllegalArgumentException there is none, or an empty one */
    public WebhookSecrets(List<Secret> secrets) {
        if (secrets.isEmpty()
                || secrets.stream().anyMatch(secret -> secret.reveal().isEmpty())) {
            throw new IllegalArgumentException("there is at least one secret, and none is empty");
        }
        this.secrets = secrets.stream().map(HashedSecret::new).toList();
    }

    /**
     * Takes as long for a wrong secret as for a right one.
     *
     * @param presented empty when none was
     */
    boolean accept(String presented) {
        boolean accepted = false;
        for (HashedSecret secret : secrets) {
            // All are compared, so that the time does not tell which one it was.
            accepted |= secret.is(presented);
        }
        return accepted;
    }
}
