package io.provisioningbridge.app.http;

import io.provisioningbridge.app.receipt.ReceiptSigner;
import io.provisioningbridge.core.Operations;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;

/**
 * What the operator listener serves.
 *
 * @param devices is only read
 * @param lanes is only read
 * @param operations what operators may do
 * @param receipts signs receipts
 * @param tokens who may use it
 */
public record OperatorApi(
        DeviceStore devices, WorkQueue lanes, Operations operations, ReceiptSigner receipts, OperatorTokens tokens) {}
