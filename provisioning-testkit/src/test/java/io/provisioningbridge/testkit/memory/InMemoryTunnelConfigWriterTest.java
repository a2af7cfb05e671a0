package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.port.TunnelConfigWriter;
import io.provisioningbridge.testkit.contract.TunnelConfigWriterContract;

class InMemoryTunnelConfigWriterTest implements TunnelConfigWriterContract {

    private final InMemoryTunnelConfigWriter writer = new InMemoryTunnelConfigWriter();

    @Override
    public TunnelConfigWriter writer() {
        return writer;
    }
}
