package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.decommission.DecommissionReceipt;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.Lane;
import java.time.Instant;

/** What a receipt says, before it is signed. */
final class ReceiptJson {

    private ReceiptJson() {}

    static ObjectNode of(DecommissionReceipt receipt) {
        ObjectNode answer = Json.object()
                .put("device_id", receipt.device().text())
                .put("incarnation", receipt.incarnation().number())
                .put("at", Dialect.rfc3339(receipt.at()))
                .put("decommissioned_at", Dialect.rfc3339(receipt.decommissioned()))
                .put("operator", receipt.operator())
                .put("reason", receipt.reason())
                .put("wireguard_ip", receipt.address().toString())
                .put("complete", receipt.isComplete());
        ArrayNode systems = answer.putArray("systems");
        receipt.lanes().forEach(lane -> systems.add(system(lane)));
        ArrayNode certificates = answer.putArray("certificates");
        receipt.certificates().forEach(certificate -> certificates.add(certificate(certificate, receipt.at())));
        ArrayNode possible = answer.putArray("possibly_issued");
        receipt.neverReceived()
                .forEach(intent -> possible.addObject()
                        .put("key_sha256", intent.key().hex())
                        .put("asked_at", Dialect.rfc3339(intent.opened())));
        ArrayNode returns = answer.putArray("came_back");
        receipt.returns()
                .forEach(event -> returns.addObject()
                        .put("at", Dialect.rfc3339(event.at()))
                        .put("what", event.detail()));
        answer.put("came_back_noted", receipt.returnsNoted());
        return answer.put("renewal_behind_bridge", DeviceJson.word(receipt.renewal()));
    }

    private static ObjectNode system(Lane lane) {
        ObjectNode answer = Json.object()
                .put("system", LaneJson.system(lane.backend()))
                .put("state", DeviceJson.word(lane.state()));
        if (lane.state() == Lane.State.DONE) {
            // What is known of a system that is behind is from before the device's end, and proves nothing of it.
            lane.observation().ifPresent(seen -> LaneJson.observation(answer, seen));
        }
        return lane.problem().isEmpty() ? answer : answer.put("problem", lane.problem());
    }

    private static ObjectNode certificate(DeviceCertificate certificate, Instant at) {
        return Json.object()
                .put("serial", DeviceCertificate.text(certificate.serial()))
                .put("not_after", Dialect.rfc3339(certificate.notAfter()))
                .put("revocation", revocation(certificate, at))
                .put("standing", DeviceJson.word(certificate.standing()));
    }

    private static String revocation(DeviceCertificate certificate, Instant at) {
        boolean expired = !at.isBefore(certificate.notAfter());
        return switch (certificate.revocation()) {
            case DONE -> "revoked";
            case DUE -> expired ? "expired" : "due";
            case NONE -> expired ? "expired" : "none";
        };
    }
}
