package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameters of {@code GET /lanes}.
 *
 * @param state of those wanted
 * @param after a lane in the place of the last one of the page before; nothing else of it means anything
 * @param limit how many
 */
record LaneQuery(Lane.State state, Optional<Lane> after, int limit) {

    private static final Set<String> KNOWN = Set.of("state", "limit", "cursor");
    private static final String SEPARATOR = "/";

    /** @throws ProblemException 400 */
    static LaneQuery of(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, KNOWN);
        return new LaneQuery(state(query.text("state")), cursor(query.text("cursor")), query.limit());
    }

    /** Where the page after this lane begins; nobody but us is to read anything from it. */
    static String cursorAfter(Lane last) {
        String place = last.device().key() + SEPARATOR + LaneJson.system(last.backend());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(place.getBytes(StandardCharsets.US_ASCII));
    }

    private static Lane.State state(String text) {
        if (text.isEmpty()) {
            return Lane.State.FAILED;
        }
        return Arrays.stream(Lane.State.values())
                .filter(state -> DeviceJson.word(state).equals(text))
                .findFirst()
                .orElseThrow(() -> QueryParameters.invalid("'state' is one of: "
                        + Arrays.stream(Lane.State.values())
                                .map(DeviceJson::word)
                                .collect(Collectors.joining(", "))
                        + "."));
    }

    private static Optional<Lane> cursor(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            String place = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.ISO_8859_1);
            int end = Math.max(0, place.indexOf(SEPARATOR));
            Optional<DeviceId> device = DeviceId.parse(place.substring(0, end)).value();
            return Optional.of(LaneJson.systemNamed(place.substring(end + 1))
                    .flatMap(system -> device.map(id -> new Lane(
                            id, system, 1, 0, false, Instant.EPOCH, Optional.empty(), 0, "", Optional.empty())))
                    .orElseThrow(QueryParameters::invalidCursor));
        } catch (IllegalArgumentException notBase64) {
            throw QueryParameters.invalidCursor();
        }
    }
}
