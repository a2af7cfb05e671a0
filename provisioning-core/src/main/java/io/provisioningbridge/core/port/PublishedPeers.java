package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.util.SortedMap;

/** What a {@link PeerDirectory} may be able to do: say what it tells others now, whoever wrote that. Safe for concurrent use. */
public interface PublishedPeers {

    /**
     * Every entry, by the id it is under; each with its address, or why what stands there is none. A directory that is not
     * there, or holds nothing, has no entries.
     *
     * @return the entries; or why they cannot be told apart, which another {@link PeerDirectory#publish} cures
     * @throws BackendUnavailableException it cannot be read
     */
    Parsed<SortedMap<String, Parsed<TunnelAddress>>> published();
}
