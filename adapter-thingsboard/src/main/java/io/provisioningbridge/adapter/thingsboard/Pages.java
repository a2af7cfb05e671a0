package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** Searches by name: ThingsBoard finds every name that contains the text, a page at a time. */
final class Pages {

    private static final int SIZE = 100;

    private Pages() {}

    /**
     * The first that is taken, from as many pages as it needs.
     *
     * @param operation in words
     * @param path without a query
     * @param text what names contain
     * @param taking what becomes of each; empty to go on
     * @throws BackendUnavailableException it is no page, or there was no time for all of them
     */
    static <T> Optional<T> first(
            RestApi api,
            String operation,
            String path,
            String text,
            Deadline deadline,
            Function<JsonNode, Optional<T>> taking) {
        String query = "?pageSize=" + SIZE + "&textSearch=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
        boolean more = true;
        for (int number = 0; more; number++) {
            JsonNode page = RestApi.json(operation, api.get(path + query + "&page=" + number, deadline));
            if (!page.path("data").isArray()) {
                throw Refusals.nonsense(operation, "it is no page");
            }
            for (JsonNode one : page.path("data")) {
                Optional<T> taken = taking.apply(one);
                if (taken.isPresent()) {
                    return taken;
                }
            }
            more = page.path("hasNext").asBoolean(false) && !page.path("data").isEmpty();
        }
        return Optional.empty();
    }
}
