package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.drift.DriftReport;
import io.provisioningbridge.core.drift.Finding;
import io.provisioningbridge.core.drift.Repair;
import java.util.List;

/** What operators are told of what differs. */
final class DriftJson {

    private DriftJson() {}

    /** Before the first round. */
    static ObjectNode nothingYet() {
        ObjectNode answer = Json.object().put("total", 0);
        answer.putArray("systems");
        answer.putArray("types");
        answer.putArray("findings");
        return answer;
    }

    static ObjectNode page(DriftReport report, List<Finding> page) {
        // To the last digit: whoever asked for a round compares it with the moment of asking.
        ObjectNode answer = Json.object()
                .put("begun", report.begun().toString())
                .put("ended", report.ended().toString())
                .put("total", report.total());
        ArrayNode systems = answer.putArray("systems");
        report.sections().forEach(section -> {
            ObjectNode system = systems.addObject()
                    .put("system", DriftWords.place(section.place()))
                    .put("checked", section.unchecked().isEmpty());
            section.unchecked().ifPresent(why -> system.put("problem", why));
        });
        ArrayNode types = answer.putArray("types");
        report.counts()
                .forEach((type, count) -> types.addObject()
                        .put("type", DriftWords.type(type))
                        .put("count", count)
                        .put("remedy", DriftWords.remedy(type.remedy()))
                        .put("meaning", DriftWords.meaning(type))
                        .put("advice", DriftWords.advice(type)));
        ArrayNode findings = answer.putArray("findings");
        page.forEach(finding -> findings.add(finding(finding)));
        return answer;
    }

    private static ObjectNode finding(Finding finding) {
        ObjectNode answer = Json.object()
                .put("type", DriftWords.type(finding.type()))
                .put("system", DriftWords.place(finding.type().place()))
                .put("subject", finding.subject());
        finding.device().ifPresent(device -> answer.put("device_id", device.text()));
        return answer.put("detail", finding.detail());
    }

    static ObjectNode repair(Repair repair) {
        ObjectNode answer = Json.object().put("begun", repair.of().toString());
        ArrayNode lanes = answer.putArray("lanes");
        repair.lanes()
                .forEach((backend, count) -> lanes.addObject()
                        .put("system", LaneJson.system(backend))
                        .put("marked", count));
        return answer.put("peer_directory", DriftWords.directory(repair.directory()))
                .put("left", repair.left());
    }
}
