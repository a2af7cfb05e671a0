package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads what step-ca says about its provisioners, to everybody who asks. Stateless. */
final class ProvisionerListing {

    // step-ca gives 20 to a page; the bound is against a list that never ends.
    private static final int MAX_PAGES = 200;

    private ProvisionerListing() {}

    /** Every provisioner on every page, as it is listed. */
    static List<JsonNode> read(StepCaClient client, Deadline deadline) {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        for (int page = 0; page < MAX_PAGES; page++) {
            String query = cursor.isEmpty() ? "" : "?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
            Reply reply = client.get("/1.0/provisioners" + query, deadline);
            JsonNode list = reply.json().orElseGet(Json::object);
            if (!reply.successful() || !list.path("provisioners").isArray()) {
                throw new BackendUnavailableException(
                        "step-ca does not list its provisioners: status " + reply.status() + ", " + reply.message(),
                        Effect.NONE);
            }
            list.path("provisioners").forEach(all::add);
            String next = list.path("nextCursor").asText("");
            if (next.isEmpty() || next.equals(cursor)) {
                return all;
            }
            cursor = next;
        }
        throw new BackendUnavailableException("step-ca's list of provisioners does not end", Effect.NONE);
    }
}
