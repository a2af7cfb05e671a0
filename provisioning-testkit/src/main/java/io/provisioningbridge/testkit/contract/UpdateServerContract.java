package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.UpdateServer.Page;
import io.provisioningbridge.core.port.UpdateServer.Result;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.core.port.UpdateServer.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every {@link UpdateServer} does. Each test begins with a server that can be reached and has no target. */
public interface UpdateServerContract {

    /** The largest batch that is tried. */
    int BATCH = 620;

    /** The implementation under test; the same one throughout a test. */
    UpdateServer server();

    /** What the server has, looked at past the port, by id. */
    Map<String, Seen> known();

    /** Makes a target past the port, as another program does, or a device that registers itself. */
    void addForeign(Seen target);

    /** From now on the server cannot be reached. */
    void goAway();

    /** Ends {@link #goAway}; the targets are still there. */
    void comeBack();

    @Test
    default void putShouldMakeTargetsKnownAsGiven() {
        assertAllDone(server().put(List.of(target("dev-1", "10.8.0.2", "secret-1"), target("dev-2"))));

        assertThat(known()).containsOnlyKeys("dev-1", "dev-2");
        assertKnown("dev-1", "Device dev-1", "made by the bridge", "10.8.0.2", "secret-1");
        assertThat(known().get("dev-2")).satisfies(seen -> {
            assertThat(seen.name()).isEqualTo("Device dev-2");
            assertThat(seen.address()).isEmpty();
            assertThat(seen.token()).as("the server chooses one").isPresent();
        });
    }

    @Test
    default void putShouldChangeNothingWhenRepeated() {
        List<Target> batch = List.of(target("dev-1", "10.8.0.2", "secret-1"), target("dev-2"));
        server().put(batch);
        String chosen = tokenOf("dev-2");
        assertAllDone(server().put(batch));

        assertThat(known()).containsOnlyKeys("dev-1", "dev-2");
        assertKnown("dev-1", "Device dev-1", "made by the bridge", "10.8.0.2", "secret-1");
        assertKnown("dev-2", "Device dev-2", "made by the bridge", "", chosen);
    }

    @Test
    default void putShouldCorrectATargetThatIsThere() {
        addForeign(seen("dev-1", "Plug and Play target: dev-1", "by itself", "192.0.2.7", "its own"));
        assertAllDone(server().put(List.of(target("dev-1", "10.8.0.2", "secret-1"))));

        assertThat(known()).hasSize(1);
        assertKnown("dev-1", "Device dev-1", "made by the bridge", "10.8.0.2", "secret-1");
    }

    @Test
    default void putShouldCorrectEveryPartOfATarget() {
        server().put(List.of(target("dev-1", "10.8.0.2", "secret-1")));

        assertAllDone(server().put(List.of(target("dev-1", "10.8.0.2", "secret-2"))));
        assertKnown("dev-1", "Device dev-1", "made by the bridge", "10.8.0.2", "secret-2");
        assertAllDone(server().put(List.of(target("dev-1", "10.8.0.9", "secret-2"))));
        assertKnown("dev-1", "Device dev-1", "made by the bridge", "10.8.0.9", "secret-2");
        assertAllDone(server().put(List.of(renamed("dev-1", "Pump", "made by the bridge"))));
        assertKnown("dev-1", "Pump", "made by the bridge", "10.8.0.9", "secret-2");
        assertAllDone(server().put(List.of(renamed("dev-1", "Pump", "in the cellar"))));
        assertKnown("dev-1", "Pump", "in the cellar", "10.8.0.9", "secret-2");
        assertAllDone(server().put(List.of(renamed("dev-1", "Pump", ""))));
        assertKnown("dev-1", "Pump", "", "10.8.0.9", "secret-2");
    }

    @Test
    default void putShouldMakeTheMissingOnesOfABatchAndCorrectTheOthers() {
        addForeign(seen("dev-2", "dev-2", "", "", "its own"));
        addForeign(seen("dev-4", "foreign", "not ours", "", "foreign"));
        assertAllDone(server().put(List.of(
                target("dev-1", "10.8.0.2", "secret-1"),
                target("dev-2", "10.8.0.3", "secret-2"),
                target("dev-3", "10.8.0.4", "secret-3"))));

        assertThat(known()).containsOnlyKeys("dev-1", "dev-2", "dev-3", "dev-4");
        assertKnown("dev-1", "Device dev-1", "made by the bridge", "10.8.0.2", "secret-1");
        assertKnown("dev-2", "Device dev-2", "made by the bridge", "10.8.0.3", "secret-2");
        assertKnown("dev-3", "Device dev-3", "made by the bridge", "10.8.0.4", "secret-3");
        assertKnown("dev-4", "foreign", "not ours", "", "foreign");
    }

    @Test
    default void putShouldTakeTheLastOfSeveralForOneDevice() {
        assertAllDone(server().put(List.of(
                target("dev-1", "10.8.0.2", "secret-1"),
                target("dev-2", "10.8.0.3", "secret-2"),
                target("dev-1", "10.8.0.4", "secret-3"))));

        assertThat(known()).containsOnlyKeys("dev-1", "dev-2");
        assertKnown("dev-1", "Device dev-1", "made by the bridge", "10.8.0.4", "secret-3");
    }

    @Test
    default void spellingsShouldBeDifferentTargets() {
        server().put(List.of(target("dev-1", "10.8.0.2", "secret-1")));
        assertAllDone(server().put(List.of(target("DEV-1", "10.8.0.3", "secret-2"))));
        assertThat(known()).containsOnlyKeys("dev-1", "DEV-1");

        assertAllDone(server().remove(List.of(id("dev-1"))));
        assertThat(known()).containsOnlyKeys("DEV-1");
        assertThat(server().find(id("dev-1"))).isEmpty();
        assertThat(server().find(id("DEV-1"))).isPresent();
    }

    @Test
    default void everyShapeOfIdAndTextShouldBeTaken() {
        List<String> ids = List.of("0", "a".repeat(DeviceId.MAX_LENGTH), "A.b_c-d.e", "1.2.3", "x-", "x_");
        List<Target> batch = ids.stream()
                .map(text -> new Target(
                        id(text),
                        "ä".repeat(Target.LONGEST_NAME),
                        "\"'\\ 漢 %2F&".concat("d".repeat(Target.LONGEST_DESCRIPTION - 11)),
                        Optional.of(address("10.8.0.2")),
                        Optional.of(new Secret("t".repeat(Target.LONGEST_TOKEN)))))
                .toList();
        assertAllDone(server().put(batch));
        assertAllDone(server().put(batch));

        assertThat(known().keySet()).containsExactlyInAnyOrderElementsOf(ids);
        for (Target target : batch) {
            assertThat(server().find(target.device())).hasValueSatisfying(seen -> {
                assertThat(seen.name()).isEqualTo(target.name());
                assertThat(seen.description()).isEqualTo(target.description());
                assertThat(seen.token().map(Secret::reveal))
                        .isEqualTo(target.token().map(Secret::reveal));
            });
        }
        assertAllDone(server().remove(batch.stream().map(Target::device).toList()));
        assertThat(known()).isEmpty();
    }

    @Test
    default void removeShouldMakeTargetsUnknown() {
        server().put(List.of(target("dev-1"), target("dev-2"), target("dev-3")));
        assertAllDone(server().remove(List.of(id("dev-1"), id("dev-3"))));

        assertThat(known()).containsOnlyKeys("dev-2");
    }

    @Test
    default void removeShouldSucceedForTargetsThatAreNotThere() {
        server().put(List.of(target("dev-1")));
        assertAllDone(server().remove(List.of(id("dev-2"), id("dev-1"), id("dev-1"))));
        assertAllDone(server().remove(List.of(id("dev-1"))));

        assertThat(known()).isEmpty();
    }

    @Test
    default void removedTargetShouldComeBackAsANewOne() {
        server().put(List.of(target("dev-1")));
        String before = tokenOf("dev-1");
        server().remove(List.of(id("dev-1")));
        server().put(List.of(target("dev-1")));

        assertThat(tokenOf("dev-1")).isNotEqualTo(before);
    }

    @Test
    default void findShouldSeeWhatIsThere() {
        assertThat(server().find(id("dev-1"))).isEmpty();
        addForeign(seen("dev-1", "Pump", "in the cellar", "192.0.2.7", "its own"));

        assertThat(server().find(id("dev-1"))).hasValueSatisfying(seen -> {
            assertThat(seen.id()).isEqualTo("dev-1");
            assertThat(seen.name()).isEqualTo("Pump");
            assertThat(seen.description()).isEqualTo("in the cellar");
            assertThat(seen.address()).contains(address("192.0.2.7"));
            assertThat(seen.token().map(Secret::reveal)).contains("its own");
        });
    }

    @Test
    default void listShouldHoldEveryTargetOnce() {
        assertThat(server().list(0)).isEqualTo(new Page(List.of(), OptionalLong.empty()));
        addForeign(seen("foreign:target", "foreign", "", "", "foreign"));
        assertAllDone(server().put(many()), BATCH);

        List<Seen> all = new ArrayList<>();
        OptionalLong next = OptionalLong.of(0);
        while (next.isPresent()) {
            Page page = server().list(next.getAsLong());
            all.addAll(page.targets());
            next = page.next();
        }
        assertThat(all).extracting(Seen::id).doesNotHaveDuplicates().hasSize(BATCH + 1);
        assertThat(all).extracting(Seen::id).contains("foreign:target", "many-0", "many-" + (BATCH - 1));
        assertThat(all).filteredOn(seen -> seen.id().equals("many-7")).first().satisfies(seen -> {
            assertThat(seen.name()).isEqualTo("Device many-7");
            assertThat(seen.address()).contains(address("10.9.0.7"));
            assertThat(seen.token().map(Secret::reveal)).contains("secret-7");
        });
    }

    @Test
    default void listShouldEndWherePagesAreAskedForThatAreNotThere() {
        server().put(List.of(target("dev-1")));

        assertThat(server().list(5_000)).isEqualTo(new Page(List.of(), OptionalLong.empty()));
    }

    @Test
    default void emptyBatchesShouldBeTaken() {
        server().put(List.of(target("dev-1")));

        assertThat(server().put(List.of())).isEmpty();
        assertThat(server().remove(List.of())).isEmpty();
        assertThat(known()).containsOnlyKeys("dev-1");
    }

    @Test
    default void callsAtOnceShouldAllHaveTheirEffect() throws Exception {
        UpdateServer server = server();
        server.put(IntStream.range(0, 20).mapToObj(i -> target("old-" + i)).toList());
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<List<Result>>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                DeviceId gone = id("old-" + i);
                Target come = target("new-" + i % 10, "10.8.0." + (2 + i % 10), "secret-" + i % 10);
                calls.add(() -> server.remove(List.of(gone)));
                calls.add(() -> server.put(List.of(come)));
            }
            for (Future<List<Result>> call : pool.invokeAll(calls)) {
                assertAllDone(call.get());
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(known().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 10).mapToObj(i -> "new-" + i).toList());
        assertKnown("new-3", "Device new-3", "made by the bridge", "10.8.0.5", "secret-3");
    }

    @Test
    default void callsShouldFailWhileTheServerCannotBeReached() {
        server().put(List.of(target("dev-1")));
        goAway();
        try {
            Stream.<Runnable>of(
                            () -> server().put(List.of(target("dev-2"))),
                            () -> server().remove(List.of(id("dev-1"))),
                            () -> server().find(id("dev-1")),
                            () -> server().list(0))
                    .forEach(call -> assertThatThrownBy(call::run).isInstanceOf(BackendUnavailableException.class));
        } finally {
            comeBack();
        }
        assertAllDone(server().put(List.of(target("dev-3"))));
        assertThat(known()).containsOnlyKeys("dev-1", "dev-3");
    }

    @Test
    default void callsShouldBeDoneOrFailOnAnInterruptedThread() {
        server().put(List.of(target("dev-1")));
        Stream.<Runnable>of(
                        () -> server().put(List.of(target("dev-2"))),
                        () -> server().remove(List.of(id("dev-1"))),
                        () -> server().find(id("dev-1")),
                        () -> server().list(0))
                .forEach(UpdateServerContract::assertInterruptible);

        assertAllDone(server().put(List.of(target("dev-2"))));
        assertAllDone(server().remove(List.of(id("dev-1"))));
        assertThat(known()).containsOnlyKeys("dev-2");
    }

    @Test
    default void deadlineShouldBePositiveAndBounded() {
        assertThat(server().deadline()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5));
    }

    /** Either way the flag is kept. */
    private static void assertInterruptible(Runnable call) {
        Thread.currentThread().interrupt();
        boolean flagKept;
        try {
            call.run();
        } catch (BackendUnavailableException givenUp) {
            assertThat(givenUp).hasMessageContaining("interrupt");
        } finally {
            flagKept = Thread.interrupted();
        }
        assertThat(flagKept).as("the interrupt flag").isTrue();
    }

    private static List<Target> many() {
        return IntStream.range(0, BATCH)
                .mapToObj(i -> target("many-" + i, "10.9." + i / 250 + "." + i % 250, "secret-" + i))
                .toList();
    }

    private void assertKnown(String id, String name, String description, String address, String token) {
        assertThat(known().get(id)).satisfies(seen -> {
            assertThat(seen.id()).isEqualTo(id);
            assertThat(seen.name()).isEqualTo(name);
            assertThat(seen.description()).isEqualTo(description);
            assertThat(seen.address().map(TunnelAddress::toString).orElse("")).isEqualTo(address);
            assertThat(seen.token().map(Secret::reveal)).contains(token);
        });
    }

    private String tokenOf(String id) {
        return Optional.ofNullable(known().get(id))
                .flatMap(Seen::token)
                .orElseThrow()
                .reveal();
    }

    private static void assertAllDone(List<Result> results) {
        assertThat(results).isNotEmpty().containsOnly(new Result.Done());
    }

    private static void assertAllDone(List<Result> results, int count) {
        assertThat(results).hasSize(count).containsOnly(new Result.Done());
    }

    private static Target target(String id, String address, String token) {
        return new Target(
                id(id),
                "Device " + id,
                "made by the bridge",
                Optional.of(address(address)),
                Optional.of(new Secret(token)));
    }

    private static Target target(String id) {
        return renamed(id, "Device " + id, "made by the bridge");
    }

    private static Target renamed(String id, String name, String description) {
        return new Target(id(id), name, description, Optional.empty(), Optional.empty());
    }

    /** @param address empty for none */
    private static Seen seen(String id, String name, String description, String address, String token) {
        return new Seen(id, name, description, TunnelAddress.parse(address).value(), Optional.of(new Secret(token)));
    }

    private static DeviceId id(String text) {
        return DeviceId.parse(text).orThrow();
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }
}
