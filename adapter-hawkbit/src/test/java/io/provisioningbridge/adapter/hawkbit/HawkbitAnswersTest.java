package io.provisioningbridge.adapter.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer.Result;
import io.provisioningbridge.core.port.UpdateServer.Target;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What hawkBit may answer, and what passes for it. */
class HawkbitAnswersTest {

    private static final String POST = "POST /rest/v1/targets";
    private static final String GET = "GET /rest/v1/targets/dev-1";
    private static final String PUT = "PUT /rest/v1/targets/dev-1";
    private static final String DELETE = "DELETE /rest/v1/targets/dev-1";
    private static final DeviceId DEVICE = new DeviceId("dev-1");
    private static final String HTML = "<html><body>Welcome to nginx!</body></html>";
    private static final String QUOTA = "{\"errorCode\":\"hawkbit.server.error.quota.tooManyEntries\"}";
    private static final String AS_WANTED =
            "{\"controllerId\":\"dev-1\",\"name\":\"Pump\",\"description\":\"\",\"securityToken\":\"its token\"}";

    private final ScriptedHawkbit hawkbit = new ScriptedHawkbit();
    private final HawkbitUpdateServer server = new HawkbitUpdateServer(
            hawkbit.settings().withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(20), Duration.ofSeconds(60)),
            Runnable::run);

    @AfterEach
    void stop() {
        hawkbit.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hawkbit.server.error.repo.entitiyNotFound",
                "hawkbit.server.error.repo.entityNotFound",
                "hawkbit.server.error.repo.ENTITYNOTFOUND"
            })
    void missingTargetShouldCountAsRemoved(String code) {
        hawkbit.on(DELETE, 404, "{\"errorCode\":\"" + code + "\",\"message\":\"Target does not exist\"}");

        assertThat(server.remove(List.of(DEVICE))).containsExactly(new Result.Done());
    }

    @Test
    void missingTargetOf11ShouldCountAsRemoved() {
        hawkbit.on(
                DELETE,
                404,
                "{\"errorCode\":\"hawkbit.server.error.repo.entityNotFound\","
                        + "\"info\":{\"type\":\"Target\",\"entityId\":\"dev-1\"}}");

        assertThat(server.remove(List.of(DEVICE))).containsExactly(new Result.Done());
    }

    @Test
    void somethingElseThatIsMissingShouldNotCountAsRemoved() {
        hawkbit.on(
                DELETE,
                404,
                "{\"errorCode\":\"hawkbit.server.error.repo.entityNotFound\",\"info\":{\"type\":\"TargetType\"}}");

        assertThat(server.remove(List.of(DEVICE))).singleElement().isInstanceOf(Result.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                HTML,
                "{}",
                "[]",
                "{\"timestamp\":\"2026\",\"status\":404,\"error\":\"Not Found\",\"path\":\"/rest/v1/targets/dev-1\"}",
                "{\"errorCode\":\"proxy.notFound\"}",
                "{\"errorCode\":\"hawkbit.server.error.artifact.binaryNotFound\"}"
            })
    void pathThatLeadsNowhereShouldNotCountAsAMissingTarget(String body) {
        hawkbit.on(DELETE, 404, body).on(GET, 404, body);

        assertThatThrownBy(() -> server.remove(List.of(DEVICE))).satisfies(unavailable(Effect.NONE));
        assertThatThrownBy(() -> server.find(DEVICE)).satisfies(unavailable(Effect.NONE));
        assertThat(server.problem().orElseThrow()).contains("404");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204})
    void anySuccessWithoutABodyShouldCount(int status) {
        hawkbit.on(DELETE, status, "").on(POST, status, "");

        assertThat(server.remove(List.of(DEVICE))).containsExactly(new Result.Done());
        assertThat(server.put(List.of(target("dev-1")))).containsExactly(new Result.Done());
    }

    @Test
    void pageThatPassesForASuccessShouldNotCount() {
        hawkbit.on(DELETE, 200, HTML).on(POST, 200, HTML).on(GET, 200, HTML);

        assertThatThrownBy(() -> server.remove(List.of(DEVICE))).satisfies(unavailable(Effect.NONE));
        assertThatThrownBy(() -> server.put(List.of(target("dev-1")))).satisfies(unavailable(Effect.NONE));
        assertThatThrownBy(() -> server.find(DEVICE)).satisfies(unavailable(Effect.NONE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{}", "{\"controllerId\":5}", "{\"controllerId\":\"DEV-1\"}", "{\"controllerId\":"})
    void targetThatMakesNoSenseShouldBeNone(String body) {
        hawkbit.on(GET, 200, body);

        assertThatThrownBy(() -> server.find(DEVICE)).satisfies(unavailable(Effect.NONE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"content\":[]}",
                "{\"content\":{},\"total\":0}",
                "{\"content\":[{}],\"total\":1}",
                "{\"content\":[],\"total\":\"many\"}"
            })
    void pageThatMakesNoSenseShouldBeNone(String body) {
        hawkbit.on("GET /rest/v1/targets", 200, body);

        assertThatThrownBy(() -> server.list(0)).satisfies(unavailable(Effect.NONE));
    }

    @Test
    void pagesShouldEndWhereTheServerHasNoMoreThanItCounted() {
        hawkbit.on("GET /rest/v1/targets", 200, "{\"content\":[],\"total\":7,\"size\":0}");

        assertThat(server.list(3).next()).isEmpty();
        assertThat(hawkbit.asked.get(0).uri().getQuery()).contains("offset=3", "sort=");
    }

    @ParameterizedTest
    @CsvSource({
        "409,''",
        "409,'{\"errorCode\":\"hawkbit.server.error.repo.concurrentModification\"}'",
        "500,''",
        "423,''"
    })
    void oneTargetThatIsBusyShouldBeLeftForLater(int status, String body) {
        hawkbit.on(DELETE, status, body).on("DELETE /rest/v1/targets/dev-2", 200, "");

        List<Result> results = server.remove(List.of(DEVICE, new DeviceId("dev-2")));

        assertThat(results.get(0)).isInstanceOf(Result.Later.class);
        assertThat(results.get(1)).isEqualTo(new Result.Done());
    }

    @ParameterizedTest
    @CsvSource({"401", "402", "403", "405", "406", "301", "307", "501", "502", "503", "504", "400", "408"})
    void answerThatIsAboutNoTargetShouldKeepEverybodyWaiting(int status) {
        hawkbit.on(DELETE, status, HTML).on(POST, status, HTML).on(GET, status, HTML);
        hawkbit.on("GET /rest/v1/targets", status, HTML);

        assertThatThrownBy(() -> server.remove(List.of(DEVICE))).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(() -> server.put(List.of(target("dev-1"), target("dev-2"))))
                .isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(() -> server.find(DEVICE)).isInstanceOf(BackendUnavailableException.class);
        assertThat(server.problem().orElseThrow()).contains("" + status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{\"status\":400,\"error\":\"Bad Request\",\"message\":\"of a proxy\"}"})
    void badRequestOfSomethingElseShouldKeepEverybodyWaiting(String body) {
        hawkbit.on(POST, 400, body);

        assertThatThrownBy(() -> server.put(List.of(target("dev-1")))).satisfies(unavailable(Effect.NONE));
    }

    @Test
    void badRequestWithoutACodeShouldBeRefusedWhenItIsHawkbits() {
        hawkbit.on(POST, 400, "{\"exceptionClass\":\"org.springframework.dao.DataIntegrityViolationException\"}");

        assertThat(server.put(List.of(target("dev-1")))).singleElement().isInstanceOf(Result.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 429})
    void quotaShouldBeRefusedForGood(int status) {
        hawkbit.on(POST, status, QUOTA);

        assertThat(server.put(List.of(target("dev-1")))).singleElement().isInstanceOf(Result.Refused.class);
        assertThat(hawkbit.lines()).as("and not be tried again").containsExactly(POST);
    }

    @Test
    void overloadShouldBeWaitedFor() {
        hawkbit.on(DELETE, 429, "").on(DELETE, 429, "").on(DELETE, 204, "");
        long before = System.nanoTime();

        assertThat(server.remove(List.of(DEVICE))).containsExactly(new Result.Done());
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void overloadThatLastsLongerThanACallShouldBeLeftForLater() {
        hawkbit.on(DELETE, exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "120");
            ScriptedHawkbit.answer(exchange, 429, "");
        });

        assertThatThrownBy(() -> server.remove(List.of(DEVICE)))
                .isInstanceOfSatisfying(BackendUnavailableException.class, unavailable -> {
                    assertThat(unavailable.effect()).isEqualTo(Effect.NONE);
                    assertThat(unavailable.retryAfter()).isEqualTo(Duration.ofMinutes(2));
                });
    }

    @Test
    void batchShouldBeOneRequest() {
        hawkbit.on(POST, 201, "[]");
        List<Target> many =
                IntStream.range(0, 250).mapToObj(i -> target("dev-" + i)).toList();

        assertThat(server.put(many)).hasSize(250).containsOnly(new Result.Done());
        assertThat(hawkbit.lines()).containsExactly(POST, POST, POST);
    }

    @Test
    void batchWithOneThatIsThereShouldStillBeFewWrites() {
        hawkbit.on(POST, 409, ScriptedHawkbit.EXISTS).on(POST, 201, "");
        hawkbit.on(GET, 200, AS_WANTED.replace("Pump", "another")).on(PUT, 200, "");
        List<Target> many =
                IntStream.range(0, 100).mapToObj(i -> target("dev-" + i)).toList();

        assertThat(server.put(many)).hasSize(100).containsOnly(new Result.Done());
        assertThat(hawkbit.lines()).filteredOn(line -> !line.startsWith("GET")).containsExactly(POST, POST, PUT);
    }

    @Test
    void targetThatIsAsWantedShouldNotBeWritten() {
        hawkbit.on(POST, 409, ScriptedHawkbit.EXISTS).on(GET, 200, AS_WANTED);

        assertThat(server.put(List.of(target("dev-1")))).containsExactly(new Result.Done());
        assertThat(hawkbit.lines()).containsExactly(POST, GET);
    }

    @Test
    void targetWhoseTokenIsNotShownShouldBeWritten() {
        hawkbit.on(POST, 409, ScriptedHawkbit.EXISTS).on(PUT, 200, "");
        hawkbit.on(GET, 200, AS_WANTED.replace("securityToken", "somethingElse"));

        assertThat(server.put(List.of(target("dev-1")))).containsExactly(new Result.Done());
        assertThat(hawkbit.lines()).containsExactly(POST, GET, PUT);
    }

    @Test
    void targetThatIsRemovedMeanwhileShouldBeMadeAgain() {
        hawkbit.on(POST, 409, ScriptedHawkbit.EXISTS).on(POST, 201, "");
        hawkbit.on(GET, 200, AS_WANTED.replace("Pump", "another")).on(GET, 404, ScriptedHawkbit.NOT_FOUND);
        hawkbit.on(PUT, 404, ScriptedHawkbit.NOT_FOUND);

        assertThat(server.put(List.of(target("dev-1")))).containsExactly(new Result.Done());
        assertThat(hawkbit.lines()).containsExactly(POST, GET, PUT, GET, POST);
    }

    @Test
    void targetThatComesAndGoesShouldBeLeftForLater() {
        hawkbit.on(POST, 409, ScriptedHawkbit.EXISTS).on(GET, 404, ScriptedHawkbit.NOT_FOUND);

        assertThat(server.put(List.of(target("dev-1")))).singleElement().isInstanceOf(Result.Later.class);
        assertThat(hawkbit.asked.size()).isLessThan(10);
    }

    @Test
    void messagesShouldHoldNeitherTokensNorThePassword() {
        hawkbit.on(POST, 400, "{\"errorCode\":\"hawkbit.x\",\"message\":\"its token\\n is 'its token'\"}");
        assertThat(server.put(List.of(target("dev-1"))))
                .singleElement()
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> assertThat(refused.why())
                                .contains("400", "hawkbit.x", "***")
                                .doesNotContain("its token", "\n"));

        hawkbit.on(DELETE, 200, "its token " + AS_WANTED);
        assertThatThrownBy(() -> server.remove(List.of(DEVICE))).hasMessageNotContaining("its token");
        assertThat(hawkbit.settings().toString()).doesNotContain("its password");
        assertThat(hawkbit.asked.get(0).authorization()).isEqualTo("Basic YnJpZGdlOml0cyBwYXNzd29yZA==");
    }

    private static ThrowingConsumer<Throwable> unavailable(Effect effect) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        unavailable -> assertThat(unavailable.effect()).isEqualTo(effect));
    }

    private static Target target(String id) {
        return new Target(new DeviceId(id), "Pump", "", Optional.empty(), Optional.of(new Secret("its token")));
    }
}
