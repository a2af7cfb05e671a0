package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;

/**
 * Of devices in the field that have no JSON reader and cut the answer with {@code grep -o '"certificate":"[^"]*"'}: every
 * member is a string without a quotation mark in it, no space follows a colon, and a line ends as {@code \n}. A tenant the
 * request may name is not looked at: a bridge serves one.
 */
final class FlatDialect implements Dialect {

    @Override
    public EnrollmentRequest decode(String id, JsonBody body) {
        return Dialect.request(id, body.requiredText("csr"), body).withoutTargetToken();
    }

    @Override
    public ObjectNode encode(EnrollmentResult.Enrolled enrolled) {
        return Json.object()
                .put("certificate", enrolled.certificatePem())
                .put("ca_chain", enrolled.chainPem())
                .put("device_id", enrolled.deviceId().text())
                .put("wireguard_ip", enrolled.address().toString())
                .put("wireguard_config", enrolled.tunnelConfiguration())
                .put("not_after", Dialect.rfc3339(enrolled.notAfter()));
    }
}
