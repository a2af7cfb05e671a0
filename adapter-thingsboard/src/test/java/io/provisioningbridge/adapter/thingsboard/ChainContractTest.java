package io.provisioningbridge.adapter.thingsboard;

class ChainContractTest extends SimulatedThingsBoardContract {

    ChainContractTest() {
        super(ThingsBoardMode.CHAIN);
    }
}
