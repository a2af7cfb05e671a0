package io.provisioningbridge.adapter.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.UpdateServer.Result;
import io.provisioningbridge.core.port.UpdateServer.Target;
import io.provisioningbridge.testkit.server.HawkbitServer;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real hawkBit that counts our requests: 50 writes and 200 reads in a second. */
@RequiresServer(HawkbitServer.PROGRAM)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class HawkbitRateTest {

    private static final int DEVICES = 240;
    private static final int CALLERS = 6;

    private HawkbitServer hawkbit;

    @BeforeAll
    void startServer() {
        hawkbit = HawkbitServer.start(HawkbitServer.RATE_LIMIT);
    }

    @AfterAll
    void stopServer() {
        hawkbit.close();
    }

    @Test
    void defaultRatesShouldStayBelowTheServers() throws Exception {
        HawkbitUpdateServer server = server(settings());
        long refusals = refusals();

        assertThat(inParallel(part -> server.put(targets("steady", part)))).containsOnly(new Result.Done());
        assertThat(inParallel(part -> server.remove(ids("steady", part)))).containsOnly(new Result.Done());
        assertThat(refusals()).isEqualTo(refusals);
    }

    @Test
    void requestsBeyondTheServersRateShouldRestAndBeRepeated() throws Exception {
        HawkbitUpdateServer server = server(settings().withRates(1000, 1000));
        long refusals = refusals();

        assertThat(inParallel(part -> server.put(targets("hasty", part)))).containsOnly(new Result.Done());
        assertThat(server.put(targets("hasty", 0)))
                .as("corrected where they are")
                .containsOnly(new Result.Done());
        assertThat(inParallel(part -> server.remove(ids("hasty", part)))).containsOnly(new Result.Done());
        assertThat(refusals()).isGreaterThan(refusals);
    }

    /** How often the server found that it has had enough of us. */
    private long refusals() {
        return hawkbit.log().lines().filter(line -> line.contains("DOS attack")).count();
    }

    private static HawkbitUpdateServer server(HawkbitSettings settings) {
        return new HawkbitUpdateServer(settings, Runnable::run);
    }

    /** Each target with a request of its own. */
    private HawkbitSettings settings() {
        return HawkbitSettings.of(hawkbit.url(), HawkbitServer.USER, new Secret(HawkbitServer.PASSWORD))
                .withBatch(1);
    }

    private interface Work {
        List<Result> on(int part);
    }

    /** Each of the callers works on its part of the devices. */
    private static List<Result> inParallel(Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Callable<List<Result>>> calls = IntStream.range(0, CALLERS)
                    .<Callable<List<Result>>>mapToObj(part -> () -> work.on(part))
                    .toList();
            List<Result> results = new ArrayList<>();
            for (Future<List<Result>> call : pool.invokeAll(calls)) {
                results.addAll(call.get());
            }
            assertThat(results).hasSize(DEVICES);
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    private static List<DeviceId> ids(String prefix, int part) {
        return IntStream.range(0, DEVICES / CALLERS)
                .mapToObj(i -> new DeviceId(prefix + "-" + part + "-" + i))
                .toList();
    }

    private static List<Target> targets(String prefix, int part) {
        return ids(prefix, part).stream()
                .map(id -> new Target(id, id.text(), "", Optional.empty(), Optional.empty()))
                .toList();
    }
}
