package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.app.receipt.ReceiptSigner;
import io.provisioningbridge.core.Operations;
import io.provisioningbridge.core.decommission.DecommissionReceipt;
import io.provisioningbridge.core.domain.DeviceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code DELETE /devices/{id}} and {@code GET /devices/{id}/receipt}. */
final class DecommissionRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(DecommissionRoutes.class);

    private final Operations operations;
    private final ReceiptSigner signer;
    private final Bulkhead bulkhead;

    DecommissionRoutes(Operations operations, ReceiptSigner signer, Bulkhead bulkhead) {
        this.operations = operations;
        this.signer = signer;
        this.bulkhead = bulkhead;
    }

    void decommission(Context ctx) {
        DeviceId id = DeviceReading.idOf(ctx);
        String reason = Reason.inQuery(ctx);
        DecommissionReceipt receipt = DeviceReading.ask(bulkhead, () -> {
            Settling.deviceOf(operations.decommission(id, Settling.operatorOf(ctx), reason), id);
            // Somebody may have readmitted the device since.
            return operations.receipt(id).orElseThrow(Settling::changing);
        });
        LOG.info("{} is out of service: {}", receipt.device(), Reason.shown(reason));
        ctx.status(receipt.isComplete() ? 200 : 202)
                .contentType("application/json")
                .result(Json.write(answer(receipt)));
    }

    void receipt(Context ctx) {
        DeviceId id = DeviceReading.idOf(ctx);
        DecommissionReceipt receipt = DeviceReading.ask(
                bulkhead,
                () -> operations
                        .receipt(id)
                        .orElseThrow(() -> new ProblemException(
                                ProblemType.NOT_DECOMMISSIONED,
                                "No device that goes by " + id
                                        + " is out of service; a receipt is about the end of one.")));
        ctx.contentType(ReceiptSigner.MEDIA_TYPE).result(signed(receipt));
    }

    private ObjectNode answer(DecommissionReceipt receipt) {
        ObjectNode answer =
                Json.object().put("device_id", receipt.device().text()).put("complete", receipt.isComplete());
        ArrayNode lanes = answer.putArray("lanes");
        receipt.lanes().forEach(lane -> lanes.add(LaneJson.of(lane)));
        return receipt.isComplete() ? answer.put("receipt", signed(receipt)) : answer;
    }

    private String signed(DecommissionReceipt receipt) {
        return signer.sign(Json.write(ReceiptJson.of(receipt)));
    }
}
