package io.provisioningbridge.adapter.wireguard;

import java.nio.file.Path;

/** Publishes revision after revision and says so after each, until it is killed. */
final class PublishForever {

    static final int DEVICES = 2000;

    private PublishForever() {}

    /** @param arguments the directory, and the first revision */
    public static void main(String[] arguments) {
        long revision = Long.parseLong(arguments[1]);
        CdmPeersFile peersFile = new PeersDirectory(Path.of(arguments[0]))
                .openKnowingNothing(revision)
                .orThrow();
        while (true) {
            peersFile.publish(PeersDirectory.uniform(revision, DEVICES));
            System.out.println(revision);
            revision++;
        }
    }
}
