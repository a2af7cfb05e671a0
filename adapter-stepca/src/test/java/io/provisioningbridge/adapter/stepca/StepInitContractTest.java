package io.provisioningbridge.adapter.stepca;

import static io.provisioningbridge.adapter.stepca.OpenAuthority.PASSWORD;

import io.provisioningbridge.testkit.server.StepCaServer;

/** What {@code step ca init} makes, with its root as trust anchor. */
class StepInitContractTest extends RealStepCaContract {

    StepInitContractTest() {
        super(StepCaServer.initializedByStep(PROVISIONER, PASSWORD), StepCaServer::rootFingerprint);
    }
}
