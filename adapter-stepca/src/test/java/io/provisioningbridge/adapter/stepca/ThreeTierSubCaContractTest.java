package io.provisioningbridge.adapter.stepca;

import static io.provisioningbridge.adapter.stepca.OpenAuthority.PASSWORD;

import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;

/** Device, Sub-CA, ICA, root; the Sub-CA is the trust anchor, and its template decides by the token's purpose. */
class ThreeTierSubCaContractTest extends RealStepCaContract {

    ThreeTierSubCaContractTest() {
        super(
                StepCaServer.threeTier(
                        StepCaProvisioner.of(PROVISIONER, PASSWORD).byPurpose().renewalDisabled()),
                StepCaServer::issuingFingerprint);
    }
}
