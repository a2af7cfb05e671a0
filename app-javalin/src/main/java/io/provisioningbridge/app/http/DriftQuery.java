package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.core.drift.DriftReport;
import io.provisioningbridge.core.drift.Finding;
import io.provisioningbridge.core.drift.FindingType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of {@code GET /drift}.
 *
 * @param type of those wanted; empty is all
 * @param after in the place of the last one of the page before; means nothing else
 * @param limit how many
 */
record DriftQuery(Optional<FindingType> type, Optional<Finding> after, int limit) {

    private static final Set<String> KNOWN = Set.of("type", "limit", "cursor");

    /** @throws ProblemException 400 */
    static DriftQuery of(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, KNOWN);
        return new DriftQuery(type(query.text("type")), cursor(query.text("cursor")), query.limit());
    }

    /** Those wanted, and one more when there is one. A newer report than that of the page before is gone on with. */
    List<Finding> page(DriftReport report) {
        return report.findings().stream()
                .filter(finding -> type.isEmpty() || finding.type() == type.get())
                .filter(finding -> after.isEmpty() || DriftReport.ORDER.compare(finding, after.get()) > 0)
                .limit(limit + 1L)
                .toList();
    }

    /** Where the page after this finding begins; nobody but us is to read anything from it. */
    static String cursorAfter(Finding last) {
        ObjectNode place = Json.object()
                .put("type", DriftWords.type(last.type()))
                .put("subject", last.subject())
                .put("detail", last.detail());
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(place.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<FindingType> type(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(DriftWords.typeNamed(text)
                .orElseThrow(() -> QueryParameters.invalid("'type' is one of: " + DriftWords.types() + ".")));
    }

    private static Optional<Finding> cursor(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode place = Json.read(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
            return Optional.of(DriftWords.typeNamed(place.path("type").asText())
                    .filter(type -> place.path("subject").isTextual()
                            && place.path("detail").isTextual())
                    .map(type -> new Finding(
                            type,
                            place.path("subject").textValue(),
                            Optional.empty(),
                            place.path("detail").textValue()))
                    .orElseThrow(QueryParameters::invalidCursor));
        } catch (IllegalArgumentException | IOException notOurs) {
            throw QueryParameters.invalidCursor();
        }
    }
}
