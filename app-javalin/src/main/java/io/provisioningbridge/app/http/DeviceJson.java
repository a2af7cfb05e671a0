package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.Lane;
import java.util.List;
import java.util.Locale;

/** What operators are told of a device. */
final class DeviceJson {

    private DeviceJson() {}

    static ObjectNode summary(Device device) {
        return Json.object()
                .put("device_id", device.id().text())
                .put("state", word(device.state()))
                .put("incarnation", device.incarnation().number())
                .put("wireguard_ip", device.address().toString())
                .put("wg_public_key", device.peer().key().base64())
                .put("device_name", device.labels().name())
                .put("device_type", device.labels().type())
                .put("enrolled", Dialect.rfc3339(device.enrolled()));
    }

    static ObjectNode whole(
            Device device, List<DeviceCertificate> certificates, List<Attempt> attempts, List<Lane> lanes) {
        ObjectNode answer = withLanes(device, lanes);
        answer.put("wg_key_made_by", word(device.peer().origin()));
        ArrayNode all = answer.putArray("certificates");
        certificates.forEach(certificate -> all.add(certificate(certificate)));
        ArrayNode tried = answer.putArray("attempts");
        attempts.forEach(attempt -> tried.addObject()
                .put("key_sha256", attempt.key().hex())
                .put("at", Dialect.rfc3339(attempt.at()))
                .put("source", attempt.source()));
        return answer;
    }

    static ObjectNode withLanes(Device device, List<Lane> lanes) {
        ObjectNode answer = summary(device).put("state_since", Dialect.rfc3339(device.stateSince()));
        ArrayNode all = answer.putArray("lanes");
        lanes.forEach(lane -> all.add(LaneJson.of(lane)));
        return answer;
    }

    static ObjectNode event(AuditEvent event) {
        return Json.object()
                .put("at", Dialect.rfc3339(event.at()))
                .put("action", word(event.action()))
                .put("cause", event.cause())
                .put("detail", event.detail());
    }

    private static ObjectNode certificate(DeviceCertificate certificate) {
        return Json.object()
                .put("serial", DeviceCertificate.text(certificate.serial()))
                .put("incarnation", certificate.incarnation().number())
                .put("standing", word(certificate.standing()))
                .put("revocation", word(certificate.revocation()))
                .put("not_before", Dialect.rfc3339(certificate.notBefore()))
                .put("not_after", Dialect.rfc3339(certificate.notAfter()))
                .put("key_sha256", certificate.key().hex());
    }

    /** As it is written on the wire, such as {@code enrolled}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
