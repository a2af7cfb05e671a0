package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.provisioningbridge.core.port.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Publishes more than its file system holds. Ends with status 0 when all is as it should be. */
final class PublishOnFullDisk {

    private PublishOnFullDisk() {}

    /** @param arguments a directory on a small file system of its own */
    public static void main(String[] arguments) throws IOException {
        PeersDirectory directory = new PeersDirectory(Path.of(arguments[0]));
        CdmPeersFile peersFile = directory.openKnowingNothing(0).orThrow();
        peersFile.publish(PeersDirectory.uniform(1, 100));

        assertThatExceptionOfType(BackendUnavailableException.class)
                .as("more than the disk holds")
                .isThrownBy(() -> peersFile.publish(PeersDirectory.uniform(2, 100_000)))
                .withMessageContaining("No space left on device");
        assertThat(directory.entries()).isEqualTo(PeersDirectory.uniform(1, 100).addresses());
        assertThat(directory.temporary()).as("takes no space for nothing").doesNotExist();

        Path filler = directory.path().resolve("filler");
        fill(filler);
        assertThatExceptionOfType(BackendUnavailableException.class)
                .as("a disk without one free block")
                .isThrownBy(() -> peersFile.publish(PeersDirectory.uniform(3, 101)));
        assertThat(directory.entries()).isEqualTo(PeersDirectory.uniform(1, 100).addresses());
        assertThat(directory.openKnowingNothing(3).value()).as("a restart").isPresent();

        Files.delete(filler);
        peersFile.publish(PeersDirectory.uniform(4, 100));
        assertThat(directory.entries()).isEqualTo(PeersDirectory.uniform(4, 100).addresses());
    }

    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[4096];
        Files.createFile(filler);
        while (true) {
            try {
                Files.write(filler, block, StandardOpenOption.APPEND);
            } catch (IOException full) {
                return;
            }
        }
    }
}
