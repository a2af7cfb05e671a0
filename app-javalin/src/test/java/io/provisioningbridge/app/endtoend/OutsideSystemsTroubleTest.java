package io.provisioningbridge.app.endtoend;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * hawkBit and ThingsBoard have the same trouble for a while: devices enroll, and both systems are caught up afterwards. Some
 * troubles are waited for a minute before anybody looks again, so all of them are lived through side by side, each at a site
 * of its own.
 */
class OutsideSystemsTroubleTest {

    @TempDir
    private Path directory;

    @Test
    void devicesShouldEnrollMeanwhileAndNothingBeLost() throws Exception {
        ExecutorService sites = Executors.newFixedThreadPool(Trouble.values().length);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (Trouble trouble : Trouble.values()) {
                Path own = Files.createDirectory(directory.resolve(trouble.name()));
                running.add(sites.submit(() -> {
                    try (TroubledSite site = new TroubledSite(own)) {
                        site.livesThrough(trouble);
                    }
                    return null;
                }));
            }
            SoftAssertions all = new SoftAssertions();
            Stream.of(Trouble.values())
                    .forEach(trouble -> all.assertThatCode(
                                    () -> running.get(List.of(Trouble.values()).indexOf(trouble))
                                            .get())
                            .as(trouble.name())
                            .doesNotThrowAnyException());
            all.assertAll();
        } finally {
            sites.shutdownNow();
        }
    }
}
