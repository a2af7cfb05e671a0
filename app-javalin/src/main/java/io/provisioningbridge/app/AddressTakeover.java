package io.provisioningbridge.app;

import io.provisioningbridge.adapter.jdbc.JdbcDeviceStore;
import io.provisioningbridge.adapter.wireguard.CdmPeersFile;
import io.provisioningbridge.adapter.wireguard.PeerImport;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.Outcome;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Takes the addresses of another installation's {@code cdm_peers.json} over, while no bridge runs. */
public final class AddressTakeover {

    private AddressTakeover() {}

    /** Where the file is that a bridge with this configuration keeps. */
    public static Path ownFile(BridgeConfig config) {
        return config.tunnel().directory().resolve(CdmPeersFile.NAME);
    }

    /**
     * Reserves what the file says, and writes this bridge's own file anew. Repeating it is harmless.
     *
     * @param file another installation's; perhaps the very one this bridge is going to keep
     * @return what was taken over
     * @throws StartException the file cannot be read, or says something else than this bridge's store; nothing was taken over
     */
    public static PeerImport takeOver(BridgeConfig config, Path file) {
        PeerImport found = PeerImport.read(file, config.tunnel().pools()).fold(read -> read, problem -> {
            throw new StartException(problem);
        });
        InstantSource clock = InstantSource.system();
        try (DataDirectory data = DataDirectory.open(config.dataDirectory());
                JdbcDeviceStore store = Parts.store(data, config.tunnel().pools(), clock, new SecureRandom())) {
            Outcome outcome = store.commit(found.change(clock.instant(), "import-peers"));
            if (!(outcome instanceof Outcome.Committed)) {
                throw new StartException(
                        "Nothing was taken over: " + file + " gives an id or an address otherwise than this"
                                + " bridge's own store does. Compare it with " + ownFile(config) + " and correct it.");
            }
            rewriteOwnFile(config, found, store);
            return found;
        } catch (BackendException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void rewriteOwnFile(BridgeConfig config, PeerImport found, JdbcDeviceStore store) {
        CdmPeersFile.openAfter(found, config.tunnel().directory(), store.identity(), store.peers(), store::everLeased)
                .fold(
                        own -> {
                            own.publish(store.peers());
                            return own;
                        },
                        problem -> {
                            throw new StartException(problem);
                        });
    }
}
