package io.provisioningbridge.adapter.thingsboard;

import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The device profile's id. It is never left to ThingsBoard to find the profile by a device's type: that makes a profile where
 * there is none. Safe for concurrent use.
 */
final class Profile {

    private final RestApi api;
    private final String name;
    private volatile @Nullable String known;

    Profile(RestApi api, String name) {
        this.api = api;
        this.name = name;
    }

    /** As it was when last asked. @throws BackendUnavailableException there is no such profile */
    String id(Deadline deadline) {
        String present = known;
        return present != null ? present : askedAgain(deadline);
    }

    /** As it is now. @throws BackendUnavailableException there is no such profile */
    String askedAgain(Deadline deadline) {
        known = null;
        String id = lookedFor(deadline)
                .orElseThrow(() -> new BackendUnavailableException(
                        "ThingsBoard has no device profile '" + name + "': install it",
                        Effect.NONE,
                        Refusals.UNTIL_CURED));
        known = id;
        return id;
    }

    /** Whether this is its id; where it does not look so, as it is now. */
    boolean is(String id, Deadline deadline) {
        if (id.equals(known)) {
            return true;
        }
        Optional<String> now = lookedFor(deadline);
        now.ifPresent(found -> known = found);
        return now.filter(id::equals).isPresent();
    }

    /** As it is now; empty when there is no such profile. */
    Optional<String> lookedFor(Deadline deadline) {
        String operation = "finding the device profile";
        return Pages.first(
                api,
                operation,
                "/api/deviceProfileInfos",
                name,
                deadline,
                profile -> profile.path("name").asText().equals(name)
                        ? Optional.of(EntityId.in(operation, profile))
                        : Optional.empty());
    }
}
