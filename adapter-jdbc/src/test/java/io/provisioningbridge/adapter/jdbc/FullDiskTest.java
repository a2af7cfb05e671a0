package io.provisioningbridge.adapter.jdbc;

import static io.provisioningbridge.adapter.jdbc.StoreFile.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.testkit.contract.StoreChanges;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full: a small file system in memory, which only root can mount. */
final class FullDiskTest {

    private static final AddressPools POOLS = AddressPools.parse("10.8.0.0/16").orThrow();

    @TempDir
    private Path directory;

    private boolean mounted;

    @BeforeEach
    void mountSmallFileSystem() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", directory.toString());
        if (!mounted) {
            System.out.println("SKIPPED FullDiskTest: a tmpfs cannot be mounted here; that takes root");
        }
        assumeTrue(mounted, "a tmpfs cannot be mounted here; that takes root");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", directory.toString())).isTrue();
        }
    }

    @Test
    void fullDiskShouldBeUnavailableUntilThereIsRoom() throws IOException {
        StoreFile file = new StoreFile(directory.resolve("store.db"));
        StoreChanges changes = new StoreChanges(1);
        List<String> stored = new ArrayList<>();
        try (JdbcDeviceStore store = file.open(POOLS)) {
            enroll(store, changes, "first");
            stored.add("first");
            Path filler = fillUp();

            for (int failures = 0; failures < 5; ) {
                String id = "pump-" + (stored.size() + failures);
                try {
                    enroll(store, changes, id);
                    stored.add(id);
                } catch (BackendUnavailableException e) {
                    assertThat(e).hasMessageContaining("full");
                    assertThat(e.effect()).isEqualTo(Effect.NONE);
                    failures++;
                }
                assertThat(store.find(new DeviceId("first")))
                        .as("reading goes on")
                        .isPresent();
            }

            Files.delete(filler);
            enroll(store, changes, "after");
            stored.add("after");
        }
        try (JdbcDeviceStore store = file.open(POOLS)) {
            assertThat(stored)
                    .allSatisfy(id -> assertThat(store.find(new DeviceId(id))).isPresent());
            assertThat(store.peers().addresses().keySet()).containsExactlyInAnyOrderElementsOf(stored);
            assertThat(file.query("PRAGMA integrity_check")).containsExactly("ok");
            file.requireEveryAddressOnce(POOLS);
        }
    }

    private static void enroll(JdbcDeviceStore store, StoreChanges changes, String id) {
        Change.Reserved reserved = changes.reserved(id, NOW);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        assertThat(store.commit(changes.enrolled(reserved, NOW))).isEqualTo(new Outcome.Committed());
    }

    private Path fillUp() throws IOException {
        Path filler = directory.resolve("filler");
        byte[] block = new byte[1024];
        try (OutputStream out = Files.newOutputStream(filler)) {
            for (int i = 0; i < 1_000_000; i++) {
                out.write(block);
            }
        } catch (IOException full) {
            return filler;
        }
        throw new AssertionError("the file system is larger than it was made");
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
