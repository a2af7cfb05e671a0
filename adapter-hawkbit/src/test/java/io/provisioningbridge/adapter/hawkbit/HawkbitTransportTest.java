package io.provisioningbridge.adapter.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer.Result;
import io.provisioningbridge.core.port.UpdateServer.Target;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may happen between the bridge and hawkBit, and how a call ends then. */
class HawkbitTransportTest {

    private static final Duration SLACK = Duration.ofSeconds(60);
    private static final String POST = "POST /rest/v1/targets";
    private static final String GET = "GET /rest/v1/targets/dev-1";
    private static final String DELETE = "DELETE /rest/v1/targets/dev-1";
    private static final DeviceId DEVICE = new DeviceId("dev-1");
    private static final Target TARGET =
            new Target(DEVICE, "Pump", "", Optional.empty(), Optional.of(new Secret("its token")));

    private final ScriptedHawkbit hawkbit = new ScriptedHawkbit();
    private final HawkbitUpdateServer server =
            open(hawkbit.settings().withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)));

    @AfterEach
    void stop() {
        hawkbit.close();
    }

    @Test
    void serverThatDoesNotAnswerShouldBeGivenUp() {
        hawkbit.on(POST, hawkbit::hang).on(GET, hawkbit::hang).on("GET /rest/v1/targets", hawkbit::hang);

        assertThatThrownBy(() -> server.put(List.of(TARGET))).satisfies(unavailable(Effect.POSSIBLE));
        assertThatThrownBy(() -> server.find(DEVICE)).satisfies(unavailable(Effect.NONE));
        assertThat(server.problem().orElseThrow()).contains("no answer within 2 s");
    }

    @Test
    void answerThatDripsShouldBeGivenUp() {
        hawkbit.on(DELETE, hawkbit::drip);

        assertThatThrownBy(() -> server.remove(List.of(DEVICE))).satisfies(unavailable(Effect.POSSIBLE));
    }

    @Test
    void answerWithoutEndShouldNotBeRead() {
        hawkbit.on(GET, exchange -> ScriptedHawkbit.answer(exchange, 200, " ".repeat(5 * 1024 * 1024)));

        assertThatThrownBy(() -> server.find(DEVICE))
                .satisfies(unavailable(Effect.NONE))
                .hasMessageContaining("larger than");
        assertThat(hawkbit.lines()).containsExactly(GET);
    }

    @Test
    void answerThatBreaksOffShouldBeAskedForOnceMore() {
        hawkbit.on(DELETE, ScriptedHawkbit::breakOff).on(DELETE, 404, ScriptedHawkbit.NOT_FOUND);

        assertThat(server.remove(List.of(DEVICE))).containsExactly(new Result.Done());
        assertThat(hawkbit.lines()).containsExactly(DELETE, DELETE);
    }

    @Test
    void answersThatBreakOffShouldNotBeAskedForEver() {
        hawkbit.on(DELETE, ScriptedHawkbit::breakOff);

        assertThatThrownBy(() -> server.remove(List.of(DEVICE))).satisfies(unavailable(Effect.POSSIBLE));
        assertThat(hawkbit.lines()).containsExactly(DELETE, DELETE);
    }

    @Test
    void serverThatIsNotThereShouldBeSaid() {
        hawkbit.close();

        assertThatThrownBy(() -> server.put(List.of(TARGET)))
                .satisfies(unavailable(Effect.NONE))
                .hasMessageContaining("refused");
        assertThat(server.problem().orElseThrow()).contains("refused");
    }

    @Test
    void redirectShouldNotBeFollowed() {
        hawkbit.on(GET, exchange -> {
            exchange.getResponseHeaders().set("Location", hawkbit.url() + "/elsewhere");
            ScriptedHawkbit.answer(exchange, 302, "");
        });

        assertThatThrownBy(() -> server.find(DEVICE)).satisfies(unavailable(Effect.NONE));
        assertThat(hawkbit.lines()).containsExactly(GET);
    }

    @Test
    void certificateOfAnUnknownAuthorityShouldBeRefused() throws Exception {
        try (PrivateTls tls = new PrivateTls()) {
            X509Certificate another = CertificateHierarchy.of("Private Root", "Private Intermediate")
                    .root();
            HawkbitSettings usual = HawkbitSettings.of(tls.url(), "bridge", new Secret("its password"));

            assertRefusesToConnect(usual);
            assertRefusesToConnect(usual.withTrusted(List.of(another)));
            assertThat(tls.requests()).isZero();
        }
    }

    @Test
    void certificateOfAnotherNameShouldBeRefused() throws Exception {
        try (PrivateTls tls = new PrivateTls()) {
            assertRefusesToConnect(HawkbitSettings.of(tls.urlOfAnotherName(), "bridge", new Secret("its password"))
                    .withTrusted(List.of(tls.authority())));
            assertThat(tls.requests()).isZero();
        }
    }

    @Test
    void certificateOfATrustedAuthorityShouldBeAccepted() throws Exception {
        try (PrivateTls tls = new PrivateTls()) {
            HawkbitUpdateServer trusting = open(HawkbitSettings.of(tls.url(), "bridge", new Secret("its password"))
                    .withTrusted(List.of(tls.authority())));

            assertThat(trusting.remove(List.of(DEVICE))).containsExactly(new Result.Done());
            assertThat(tls.requests()).isEqualTo(1);
        }
    }

    private static void assertRefusesToConnect(HawkbitSettings settings) {
        HawkbitUpdateServer deceived = open(settings);

        assertThatThrownBy(() -> deceived.put(List.of(TARGET)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("TLS");
        assertThat(deceived.problem().orElseThrow()).contains("TLS");
    }

    @Test
    void itemsThatCannotBeBegunInTimeShouldBeLeftForLater() {
        HawkbitUpdateServer slow = open(hawkbit.settings()
                .withTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(62)));
        hawkbit.on(DELETE, exchange -> {
            hawkbit.pause(Duration.ofMillis(2100));
            ScriptedHawkbit.answer(exchange, 200, "");
        });

        List<Result> results = slow.remove(List.of(DEVICE, new DeviceId("dev-2")));

        assertThat(results.get(0)).isEqualTo(new Result.Done());
        assertThat(results.get(1)).isInstanceOf(Result.Later.class);
        assertThat(hawkbit.lines()).containsExactly(DELETE);
    }

    @Test
    void interruptedCallShouldGiveUpAtOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        hawkbit.on(DELETE, exchange -> {
            asked.countDown();
            hawkbit.hang(exchange);
        });
        HawkbitUpdateServer patient = open(
                hawkbit.settings().withTimeouts(Duration.ofSeconds(10), Duration.ofMinutes(3), Duration.ofMinutes(4)));
        CompletableFuture<Effect> effect = new CompletableFuture<>();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                patient.remove(List.of(DEVICE));
            } catch (BackendUnavailableException e) {
                effect.complete(e.effect());
            }
            flag.complete(Thread.currentThread().isInterrupted());
        });
        caller.start();
        assertThat(asked.await(SLACK.toSeconds(), TimeUnit.SECONDS)).isTrue();

        caller.interrupt();

        assertThat(effect.get(SLACK.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Effect.POSSIBLE);
        assertThat(flag.get(SLACK.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void problemShouldPassOnceTheServerAnswersAgain() {
        hawkbit.on("GET /rest/v1/targets", 503, "").on("GET /rest/v1/targets", 200, "{\"content\":[],\"total\":0}");
        assertThat(server.problem().orElseThrow()).contains("503");

        hawkbit.on(GET, 502, "");
        assertThatThrownBy(() -> server.find(DEVICE)).isInstanceOf(BackendUnavailableException.class);
        assertThat(server.problem().orElseThrow()).contains("502").doesNotContain("dev-1");

        server.list(0);

        assertThat(server.problem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {405, 502})
    void writesThatAreTurnedAwayShouldStayAProblemUntilOneIsNot(int status) {
        hawkbit.on(DELETE, status, "").on(DELETE, 500, "").on(DELETE, 204, "");
        hawkbit.on("GET /rest/v1/targets", 200, "{\"content\":[],\"total\":0}");
        assertThatThrownBy(() -> server.remove(List.of(DEVICE))).isInstanceOf(BackendUnavailableException.class);

        server.list(0);
        assertThat(server.problem().orElseThrow()).contains("" + status).doesNotContain("dev-1");
        server.remove(List.of(DEVICE));
        assertThat(server.problem()).as("after one that it could not do").isPresent();

        server.remove(List.of(DEVICE));
        assertThat(server.problem()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"200,'{}'", "200,''", "204,''", "500,''", "400,'{\"errorCode\":\"hawkbit.x\"}'"})
    void answerToTheStartCheckThatIsNoPageShouldBeAProblem(int status, String body) {
        hawkbit.on("GET /rest/v1/targets", status, body);

        assertThat(server.problem().orElseThrow()).contains("" + status);
    }

    @ParameterizedTest
    @CsvSource({"403,true", "429,false", "404,false", "503,false"})
    void onlyForbiddenShouldBeWarnedAboutAsAMissingPermission(int status, boolean warned) {
        hawkbit.on("GET /rest/v1/targets", 200, "{\"content\":[],\"total\":0}");
        hawkbit.on("GET /rest/v1/system/configs", status, "");

        assertThat(server.problem()).isEmpty();
        assertThat(server.warnings()).hasSize(warned ? 1 : 0);
    }

    /** Each read takes a twentieth of the time that a call has. */
    @Test
    void slowReadsShouldLeaveTimeForWrites() {
        HawkbitUpdateServer slow = open(
                hawkbit.settings().withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(8)));
        List<Target> many = targetsThatAreThere("another");

        List<Result> results = slow.put(many);

        assertThat(results).hasSize(many.size()).contains(new Result.Done());
        assertThat(results).filteredOn(Result.Later.class::isInstance).isNotEmpty();
    }

    @Test
    void targetsThatWereReadAndAreAsWantedShouldBeDoneHoweverLateItIs() {
        HawkbitUpdateServer slow = open(
                hawkbit.settings().withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(8)));
        List<Target> many = targetsThatAreThere("Pump");

        List<Result> results = slow.put(many);

        long reads =
                hawkbit.lines().stream().filter(line -> line.startsWith("GET")).count();
        assertThat(reads).isLessThan(many.size());
        assertThat(results).filteredOn(new Result.Done()::equals).hasSize((int) reads);
    }

    private List<Target> targetsThatAreThere(String name) {
        hawkbit.on(POST, 409, ScriptedHawkbit.EXISTS);
        List<Target> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String id = "dev-" + i;
            hawkbit.on("GET /rest/v1/targets/" + id, exchange -> {
                hawkbit.pause(Duration.ofMillis(400));
                ScriptedHawkbit.answer(
                        exchange,
                        200,
                        "{\"controllerId\":\"" + id + "\",\"name\":\"" + name + "\",\"description\":\"\"}");
            });
            hawkbit.on("PUT /rest/v1/targets/" + id, 200, "");
            many.add(new Target(new DeviceId(id), "Pump", "", Optional.empty(), Optional.empty()));
        }
        return many;
    }

    @Test
    void basePathShouldBeKept() {
        HawkbitUpdateServer below = open(HawkbitSettings.of(
                URI.create(hawkbit.url() + "/updates/hawkbit/"), "bridge", new Secret("its password")));
        below.find(DEVICE);

        assertThat(hawkbit.lines()).containsExactly("GET /updates/hawkbit/rest/v1/targets/dev-1");
    }

    private static HawkbitUpdateServer open(HawkbitSettings settings) {
        return new HawkbitUpdateServer(settings, Runnable::run);
    }

    private static ThrowingConsumer<Throwable> unavailable(Effect effect) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        unavailable -> assertThat(unavailable.effect()).isEqualTo(effect));
    }
}
