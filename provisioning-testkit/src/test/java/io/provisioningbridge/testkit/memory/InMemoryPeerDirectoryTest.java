package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.testkit.contract.PeerDirectoryContract;
import java.util.SortedMap;

class InMemoryPeerDirectoryTest implements PeerDirectoryContract {

    private final InMemoryPeerDirectory directory = new InMemoryPeerDirectory();

    @Override
    public PeerDirectory directory() {
        return directory;
    }

    @Override
    public SortedMap<String, TunnelAddress> seen() {
        return directory.addresses();
    }
}
