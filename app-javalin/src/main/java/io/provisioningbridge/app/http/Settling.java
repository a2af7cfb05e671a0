package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.operation.LifecycleResult;
import java.time.Duration;

/** How what operators wish for a device ends, and who wished it. */
final class Settling {

    private Settling() {}

    /** The device of a wish that was fulfilled. @throws ProblemException 404, 409 or 503 for one that was not */
    static Device deviceOf(LifecycleResult result, DeviceId id) {
        if (result instanceof LifecycleResult.Settled settled) {
            return settled.device();
        }
        if (result instanceof LifecycleResult.UnknownDevice) {
            throw DeviceReading.unknown(id);
        }
        if (result instanceof LifecycleResult.WrongState wrong) {
            throw new ProblemException(
                    ProblemType.WRONG_STATE,
                    "The device is " + DeviceJson.word(wrong.state())
                            + "; GET /devices/{id}/explanation says what can be done with it.");
        }
        if (result instanceof LifecycleResult.StillLeaving) {
            throw new ProblemException(
                    ProblemType.STILL_LEAVING,
                    "The tunnel server may still know the device; wait until the lane of its tunnel is done, which GET"
                            + " /devices/{id}/explanation shows.");
        }
        throw changing();
    }

    static ProblemException changing() {
        return new ProblemException(
                Problem.of(ProblemType.CHANGING, "Others are changing the device at this moment; send this again.")
                        .retryAfter(Duration.ofSeconds(1)));
    }

    /** What the audit trail calls whoever asks. */
    static String operatorOf(Context ctx) {
        return "operator, request " + RequestInfo.of(ctx).id();
    }
}
