package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.core.port.PublishedPeers;
import io.provisioningbridge.testkit.contract.PeerDirectoryContract;
import io.provisioningbridge.testkit.contract.PublishedPeersContract;
import java.util.Map;
import java.util.SortedMap;

class InMemoryPeerDirectoryTest implements PeerDirectoryContract, PublishedPeersContract {

    private final InMemoryPeerDirectory directory = new InMemoryPeerDirectory();

    @Override
    public PeerDirectory directory() {
        return directory;
    }

    @Override
    public SortedMap<String, TunnelAddress> seen() {
        return directory.addresses();
    }

    @Override
    public PublishedPeers published() {
        return directory;
    }

    @Override
    public PeerDirectory publishing() {
        return directory;
    }

    @Override
    public void overwrite(Map<String, TunnelAddress> entries) {
        directory.overwrite(entries);
    }
}
