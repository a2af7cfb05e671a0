package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.app.config.ServicesConfig;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;

/** {@code csr_pem} in, {@code cert}, {@code ca_chain} and {@code wg} out; the only one that knows of confirmations. */
final class CurrentDialect implements Dialect {

    static final String CSR = "csr_pem";

    private final ServicesConfig services;

    CurrentDialect(ServicesConfig services) {
        this.services = services;
    }

    @Override
    public EnrollmentRequest decode(String id, JsonBody body) {
        EnrollmentRequest request = Dialect.request(id, body.requiredText(CSR), body);
        return body.flag("confirm") ? request.confirming() : request;
    }

    @Override
    public ObjectNode encode(EnrollmentResult.Enrolled enrolled) {
        ObjectNode answer = Json.object()
                .put("device_id", enrolled.deviceId().text())
                .put("cert", enrolled.certificatePem())
                .put("ca_chain", enrolled.chainPem())
                .put("wg", enrolled.tunnelConfiguration())
                .put("wireguard_ip", enrolled.address().toString())
                .put("not_after", Dialect.rfc3339(enrolled.notAfter()))
                .put("renew_after", Dialect.rfc3339(enrolled.renewAfter()));
        ObjectNode told = ServicesJson.of(services, enrolled.deviceId(), enrolled.targetToken());
        if (!told.isEmpty()) {
            answer.set("services", told);
        }
        return answer;
    }
}
