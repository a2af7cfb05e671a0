package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.port.BackendUnavailableException;
import java.nio.file.Path;

/** Publishes two revisions, in as few steps as that takes; goes on when the first one fails. */
final class PublishTwice {

    private PublishTwice() {}

    /** @param arguments the directory, and the first revision */
    public static void main(String[] arguments) {
        long revision = Long.parseLong(arguments[1]);
        CdmPeersFile peersFile = new PeersDirectory(Path.of(arguments[0]))
                .openKnowingNothing(revision)
                .orThrow();
        try {
            peersFile.publish(PeersDirectory.uniform(revision, 3));
        } catch (BackendUnavailableException e) {
            System.out.println(e.getMessage());
        }
        peersFile.publish(PeersDirectory.uniform(revision + 1, 3));
    }
}
