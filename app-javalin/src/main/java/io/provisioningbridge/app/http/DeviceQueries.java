package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.DeviceQuery;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes a {@link DeviceQuery} of the parameters of {@code GET /devices}. */
final class DeviceQueries {

    private static final Set<String> KNOWN = Set.of("state", "q", "limit", "cursor");
    // What can be part of an id; a query for anything else would find nothing and not say why.
    private static final Pattern PART_OF_ID = Pattern.compile("[A-Za-z0-9._-]{0,64}");

    private DeviceQueries() {}

    /** @throws ProblemException 400 */
    static DeviceQuery of(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, KNOWN);
        return new DeviceQuery(
                states(query.text("state")), partOfId(query.text("q")), cursor(query.text("cursor")), query.limit());
    }

    /** Where the page after this device begins; nobody but us is to read anything from it. */
    static String cursorAfter(Device last) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(last.id().key().getBytes(StandardCharsets.US_ASCII));
    }

    private static Set<DeviceState> states(String text) {
        Set<DeviceState> states = EnumSet.noneOf(DeviceState.class);
        if (text.isEmpty()) {
            return states;
        }
        for (String word : text.split(",", -1)) {
            states.add(Arrays.stream(DeviceState.values())
                    .filter(state -> name(state).equals(word))
                    .findFirst()
                    .orElseThrow(() -> QueryParameters.invalid("'state' is one or several, with commas, of: "
                            + Arrays.stream(DeviceState.values())
                                    .map(DeviceQueries::name)
                                    .collect(Collectors.joining(", ")))));
        }
        return states;
    }

    private static String name(DeviceState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static String partOfId(String text) {
        if (!PART_OF_ID.matcher(text).matches()) {
            throw QueryParameters.invalid("'q' is part of a device id: at most 64 letters, digits, '.', '_' and '-'.");
        }
        return text;
    }

    private static String cursor(String text) {
        if (text.isEmpty()) {
            return "";
        }
        try {
            String key = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.ISO_8859_1);
            return DeviceId.parse(key).fold(DeviceId::key, problem -> {
                throw QueryParameters.invalidCursor();
            });
        } catch (IllegalArgumentException notBase64) {
            throw QueryParameters.invalidCursor();
        }
    }
}
