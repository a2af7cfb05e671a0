package io.provisioningbridge.app.http;

import io.provisioningbridge.app.receipt.ReceiptSigner;
import io.provisioningbridge.core.Operations;
import io.provisioningbridge.core.drift.Drift;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the operator listener serves.
 *
 * @param devices is only read
 * @param lanes is only read
 * @param operations what operators may do
 * @param drift what differs at the outside systems; its host has to run it
 * @param receipts signs receipts
 * @param authorities the CA certificates in force, such as {@code authority::authorities}; may throw
 *     {@link io.provisioningbridge.core.port.BackendUnavailableException}
 * @param webhook what came in there
 * @param tokens who may use it
 */
public record OperatorApi(
        DeviceStore devices,
        WorkQueue lanes,
        Operations operations,
        Drift drift,
        ReceiptSigner receipts,
        Supplier<List<X509Certificate>> authorities,
        WebhookActivity webhook,
        OperatorTokens tokens) {}
