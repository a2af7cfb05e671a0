package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;

/**
 * Of devices in the field that read the answer with {@code jq -r .certificate}: {@code csr} and {@code device_name} in,
 * {@code certificate}, {@code ca_chain}, {@code wireguard_ip} and {@code wireguard_config} out.
 */
final class NamedDeviceDialect implements Dialect {

    static final String CSR = "csr";

    @Override
    public EnrollmentRequest decode(String id, JsonBody body) {
        return Dialect.request(id, body.requiredText(CSR), body).withoutTargetToken();
    }

    @Override
    public ObjectNode encode(EnrollmentResult.Enrolled enrolled) {
        return Json.object()
                .put("certificate", enrolled.certificatePem())
                .put("ca_chain", enrolled.chainPem())
                .put("wireguard_ip", enrolled.address().toString())
                .put("wireguard_config", enrolled.tunnelConfiguration());
    }
}
