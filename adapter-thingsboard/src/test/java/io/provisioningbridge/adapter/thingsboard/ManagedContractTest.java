package io.provisioningbridge.adapter.thingsboard;

class ManagedContractTest extends SimulatedThingsBoardContract {

    ManagedContractTest() {
        super(ThingsBoardMode.MANAGED);
    }
}
