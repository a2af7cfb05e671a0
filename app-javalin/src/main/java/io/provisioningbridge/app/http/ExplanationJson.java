package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.operation.ExplainDevice.Explanation;
import io.provisioningbridge.core.operation.ExplainDevice.Rule;

/** Why a device is treated as it is, in members for programs and in words for people. */
final class ExplanationJson {

    private ExplanationJson() {}

    static ObjectNode of(Explanation explanation) {
        ObjectNode answer = Json.object()
                .put("device_id", explanation.device().text())
                .put("enrolled", explanation.record().isPresent());
        explanation
                .record()
                .ifPresent(device -> answer.put("state", DeviceJson.word(device.state()))
                        .put("state_since", Dialect.rfc3339(device.stateSince()))
                        .put("incarnation", device.incarnation().number()));
        answer.put("rule", DeviceJson.word(explanation.rule()).replace('_', '-'))
                .put("words", words(explanation.rule()));
        explanation
                .underWay()
                .ifPresent(intent -> answer.putObject("under_way")
                        .put("key_sha256", intent.key().hex())
                        .put("since", Dialect.rfc3339(intent.opened()))
                        .put("until", Dialect.rfc3339(intent.expires())));
        ArrayNode lanes = answer.putArray("lanes");
        explanation.lanes().forEach(lane -> lanes.add(LaneJson.explained(lane)));
        ArrayNode latest = answer.putArray("latest_events");
        explanation.latest().forEach(event -> latest.add(DeviceJson.event(event)));
        return answer;
    }

    private static String words(Rule rule) {
        return switch (rule) {
            case STRANGER ->
                "No device is enrolled under this id. ENROLLMENT_POLICY decides who may enroll as it; by 'open' it is"
                        + " whoever asks first.";
            case RESERVED ->
                "The id is the name of a server (ENROLLMENT_RESERVED_IDS, or a host the configuration mentions). No"
                        + " device can enroll as it.";
            case ENROLLMENT_UNDER_WAY ->
                "An enrollment is under way. The same key waits for its answer; any other is refused until it has"
                        + " ended.";
            case CHANGE_NEEDS_PROOF ->
                "The device's own key gets the same answer again. Another key needs a request signed with a certificate"
                        + " of the device, or an operator's allow-reenrollment (REENROLLMENT=proof).";
            case CHANGE_IS_OPEN ->
                "The device's own key gets the same answer again. Any other key gets in without proof, unless it was"
                        + " superseded (REENROLLMENT=open).";
            case CHANGE_NEEDS_CURRENT_CERTIFICATE ->
                "The device's own key gets the same answer again. Another key needs a request signed with the current"
                        + " certificate before that expires; nothing else helps (REENROLLMENT=never).";
            case SUSPENDED ->
                "An operator has suspended the device. Every request of it is refused until one resumes it; its"
                        + " certificates are not revoked.";
            case DECOMMISSIONED ->
                "The device was taken out of service. Every request under its id is refused, in any spelling, until an"
                        + " operator readmits it.";
        };
    }
}
