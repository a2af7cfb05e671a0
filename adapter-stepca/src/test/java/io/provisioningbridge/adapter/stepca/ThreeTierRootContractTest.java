package io.provisioningbridge.adapter.stepca;

import static io.provisioningbridge.adapter.stepca.OpenAuthority.PASSWORD;

import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;

/** Device, Sub-CA, ICA, root; the root is the trust anchor. */
class ThreeTierRootContractTest extends RealStepCaContract {

    ThreeTierRootContractTest() {
        super(StepCaServer.threeTier(StepCaProvisioner.of(PROVISIONER, PASSWORD)), StepCaServer::rootFingerprint);
    }
}
