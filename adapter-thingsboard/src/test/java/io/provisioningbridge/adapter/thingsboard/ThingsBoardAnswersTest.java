package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform.Reason;
import io.provisioningbridge.core.port.DevicePlatform.Registration;
import io.provisioningbridge.testkit.contract.DevicePlatformContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a healthy server does not answer on demand. */
class ThingsBoardAnswersTest {

    private static final DeviceId DEVICE = new DeviceId("dev-1");
    private static final String PATH_FOR_AN_ID = "{\"id\":{\"id\":\"../x\"},\"name\":\"dev-1\"}";
    private static final String HTML = "<html><body><h1>Welcome to nginx</h1></body></html>";

    private final SimulatedPlatform platform = SimulatedPlatform.managed();
    private final ThingsBoardDevicePlatform adapter = new ThingsBoardDevicePlatform(
            platform.settings().withTimeouts(Duration.ofMillis(500), Duration.ofSeconds(2)));
    private final CountDownLatch closing = new CountDownLatch(1);

    @AfterEach
    void close() {
        closing.countDown();
        platform.close();
    }

    @Test
    void serverThatHangsShouldEndAtTheDeadline() {
        platform.simulator.interfere((method, path, exchange) -> {
            await(Duration.ofMinutes(1));
            exchange.close();
            return true;
        });
        long begin = System.nanoTime();

        assertThat(lookFails(BackendUnavailableException.class).effect()).isEqualTo(Effect.POSSIBLE);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void serverThatDripsShouldEndAtTheDeadline() {
        platform.simulator.interfere((method, path, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            while (!await(Duration.ofMillis(50))) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
            }
            exchange.close();
            return true;
        });

        lookFails(BackendUnavailableException.class);
    }

    @Test
    void bodyThatBreaksOffShouldBeForLater() {
        platform.simulator.interfere((method, path, exchange) -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"id\":{".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
            return true;
        });

        lookFails(BackendUnavailableException.class);
    }

    @Test
    void bodyWithoutEndShouldBeForLater() {
        byte[] spaces = " ".repeat(64 * 1024).getBytes(StandardCharsets.UTF_8);
        platform.simulator.interfere((method, path, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            while (!await(Duration.ZERO)) {
                exchange.getResponseBody().write(spaces);
            }
            return true;
        });

        assertThat(lookFails(BackendUnavailableException.class)).hasMessageContaining("larger than");
    }

    @ParameterizedTest
    @ValueSource(strings = {HTML, "", "null", "42", "[]", "{}", "{\"id\":", PATH_FOR_AN_ID})
    void successThatMakesNoSenseShouldBeForLater(String body) {
        answer(200, body);

        assertThat(lookFails(BackendUnavailableException.class)).hasMessageContaining("makes no sense");
    }

    @Test
    void anotherDeviceThanAskedForShouldBeRefused() {
        answer(200, "{\"id\":{\"id\":\"8cc83440-e765-11f1-84e0-efad7c1e0e10\"},\"name\":\"another\"}");

        BackendRefusedException failure = lookFails(BackendRefusedException.class);
        assertThat(failure.fault()).isEqualTo(Fault.BACKEND);
        assertThat(failure).hasMessageContaining("makes no sense");
    }

    @ParameterizedTest
    @ValueSource(strings = {HTML, "", "{\"status\":404,\"error\":\"Not Found\",\"path\":\"/api\"}"})
    void notFoundOfSomethingElseShouldNotBeTakenForAbsence(String body) {
        answer(404, body);

        lookFails(BackendUnavailableException.class);
        BackendException failure =
                catchThrowableOfType(BackendException.class, () -> adapter.remove(DEVICE, Reason.LEAVES));
        assertThat(failure).isInstanceOf(BackendUnavailableException.class);
    }

    @ParameterizedTest
    @CsvSource({"302,NONE", "405,NONE", "501,POSSIBLE"})
    void statusThatThingsBoardDoesNotUseShouldBeForLater(int status, Effect effect) {
        answer(status, HTML);

        BackendUnavailableException failure = lookFails(BackendUnavailableException.class);
        assertThat(failure.effect()).isEqualTo(effect);
    }

    @ParameterizedTest
    @CsvSource({
        "400,'" + HTML + "'",
        "400,''",
        "400,'{\"status\":400,\"error\":\"Bad Request\",\"path\":\"/api\"}'",
        "413,'" + HTML + "'",
        "414,''",
        "500,'JSON parse error: unexpected end'"
    })
    void badRequestOfSomethingElseShouldBeForLater(int status, String body) {
        answer(status, body);

        BackendUnavailableException failure = lookFails(BackendUnavailableException.class);
        assertThat(failure.retryAfter()).isEqualTo(status == 500 ? Duration.ofSeconds(5) : Refusals.UNTIL_CURED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":400,\"message\":\"hm\",\"errorCode\":31,\"timestamp\":1}",
                "Invalid scope: CLIENT_SCOPE",
                "Invalid JSON",
                "No attributes data found in request body!",
                "Request is not a JSON object"
            })
    void badRequestOfThingsBoardsOwnShouldBeRefused(String body) {
        answer(400, body);

        assertThat(lookFails(BackendRefusedException.class).fault()).isEqualTo(Fault.REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/deviceProfileInfos", "/api/tenant/deviceInfos"})
    void idThatIsNoneShouldGoIntoNoPath(String where) {
        platform.simulator.interfere((method, path, exchange) -> path.equals(where)
                && send(
                        exchange,
                        200,
                        "{\"data\":[{\"id\":{\"id\":\"a?b=\"},\"name\":\"provisioning-bridge\"}],\"hasNext\":false}"));

        assertThat(catchThrowableOfType(BackendUnavailableException.class, () -> adapter.list("", 10)))
                .hasMessageContaining("makes no sense");
    }

    @Test
    void ruleChainWhoseIdIsNoneShouldGoIntoNoPath() {
        platform.simulator.interfere((method, path, exchange) -> path.startsWith("/api/deviceProfile/")
                && send(exchange, 200, "{\"provisionType\":\"DISABLED\",\"defaultRuleChainId\":{\"id\":\"../../x\"}}"));
        ThingsBoardCheck check = new ThingsBoardCheck(platform.settings());

        assertThat(catchThrowableOfType(BackendUnavailableException.class, check::findings))
                .hasMessageContaining("makes no sense");
    }

    @ParameterizedTest
    @CsvSource({"403,NONE,60", "409,NONE,1", "429,NONE,5", "500,POSSIBLE,5", "502,POSSIBLE,5", "503,POSSIBLE,5"})
    void statusThatPassesShouldBeForLater(int status, Effect effect, int seconds) {
        answer(status, "{\"status\":" + status + ",\"message\":\"hm\",\"errorCode\":2,\"timestamp\":1}");

        BackendUnavailableException failure = lookFails(BackendUnavailableException.class);
        assertThat(failure.effect()).isEqualTo(effect);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(failure).hasMessageContaining("hm");
    }

    @Test
    void badInputThatIsAnsweredWith500ShouldBeRefused() {
        answer(500, "{\"status\":500,\"message\":\"JSON parse error: Unexpected character\",\"errorCode\":2}");
        assertThat(lookFails(BackendRefusedException.class).fault()).isEqualTo(Fault.REQUEST);

        answer(500, "Can't parse value: null");
        assertThat(lookFails(BackendRefusedException.class).fault()).isEqualTo(Fault.REQUEST);
    }

    @Test
    void plainTextShouldBeQuoted() {
        answer(403, "You don't have permission to perform this operation!\nreally");

        assertThat(lookFails(BackendUnavailableException.class))
                .hasMessageContaining("You don't have permission to perform this operation! really");
    }

    @Test
    void rateLimitShouldBeForLaterAndTheSameCallShouldCompleteIt() {
        Registration registration = registration();
        // Profile, device looked for, device made: the attributes are refused.
        platform.simulator.limitRequests(3);
        BackendUnavailableException failure =
                catchThrowableOfType(BackendUnavailableException.class, () -> adapter.put(registration));
        assertThat(failure).hasMessageContaining("Too many requests");
        platform.simulator.limitRequests(1000);
        ThingsBoardDevicePlatform rested = platform.adapter();
        assertThat(rested.look(DEVICE).orElseThrow().attributes()).isEmpty();

        rested.put(registration);
        assertThat(rested.look(DEVICE).orElseThrow().attributes()).contains(registration.attributes());
    }

    @Test
    void rateLimitShouldBeWaitedForWhileThereIsTime() {
        Registration registration = registration();
        platform.simulator.limitRate("2:1");

        platform.adapter().put(registration);

        assertThat(platform.simulator.refusedByRate()).isBetween(1, 2);
        platform.simulator.limitRate("");
        assertThat(platform.adapter().look(DEVICE).orElseThrow().attributes()).contains(registration.attributes());
    }

    @Test
    void rateLimitShouldKeepEverybodyFromAskingForAWhile() {
        answer(429, "{\"status\":429,\"message\":\"hm\",\"errorCode\":33,\"timestamp\":1}");
        lookFails(BackendUnavailableException.class);
        platform.simulator.interfere((method, path, exchange) -> {
            throw new AssertionError("asked for " + path);
        });

        assertThat(lookFails(BackendUnavailableException.class)).hasMessageContaining("too many requests of ours");
    }

    @Test
    void missingProfileShouldBeForLaterAndMakeNone() {
        ThingsBoardSettings settings = platform.settings();
        ThingsBoardDevicePlatform other = new ThingsBoardDevicePlatform(
                ThingsBoardSettings.of(settings.url(), settings.login(), settings.mode(), "no-such-profile"));

        BackendUnavailableException failure =
                catchThrowableOfType(BackendUnavailableException.class, () -> other.put(registration()));
        assertThat(failure).hasMessageContaining("no-such-profile");
        assertThat(platform.get("/api/deviceProfileInfos?pageSize=10&page=0")
                        .path("totalElements")
                        .asInt())
                .isEqualTo(1);
    }

    private static Registration registration() {
        return new Registration(DEVICE, DevicePlatformContract.certificate(DEVICE), DevicePlatformContract.ATTRIBUTES);
    }

    private void answer(int status, String body) {
        platform.simulator.interfere((method, path, exchange) -> send(exchange, status, body));
    }

    private static boolean send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
        return true;
    }

    private <E extends BackendException> E lookFails(Class<E> type) {
        E failure = catchThrowableOfType(type, () -> adapter.look(DEVICE));
        assertThat(failure).as("the failure").isNotNull();
        return failure;
    }

    private boolean await(Duration longest) throws IOException {
        try {
            return closing.await(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
