package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Secret;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Whose webhook calls count, and what operators are told of the others. */
class WebhookSecretTest {

    private static final String BODY = WebhookSite.connect("pump-1");

    private final Logger ours = (Logger) LoggerFactory.getLogger("io.provisioningbridge.app.http");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final WebhookSite site = new WebhookSite();

    @BeforeEach
    void listen() {
        site.enroll("pump-1");
        log.start();
        ours.addAppender(log);
    }

    @AfterEach
    void stop() {
        ours.detachAppender(log);
        site.close();
    }

    private HttpResponse<String> call(String secret) throws IOException, InterruptedException {
        return site.server.send(site.request(BODY).header(WebhookRoute.SECRET, secret));
    }

    private void assertNothingFollows() {
        assertThat(site.queue.lanes(new DeviceId("pump-1")))
                .filteredOn(lane -> lane.backend() == Backend.PLATFORM)
                .extracting(Lane::state)
                .containsExactly(Lane.State.DONE);
        assertThat(site.activity.acceptedCalls()).isZero();
    }

    @Test
    void bothSecretsShouldCountWhileTheyAreChanged() throws Exception {
        assertThat(call(WebhookSite.SECRET).statusCode()).isEqualTo(200);
        assertThat(call(WebhookSite.OLD_SECRET).statusCode()).isEqualTo(200);
        assertThat(site.activity.acceptedCalls()).isEqualTo(2);
        assertThat(site.activity.refusedCalls()).isZero();
        assertThat(site.activity.problem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "webhook-secret-neW",
                "webhook-secret-ne",
                "webhook-secret-neww",
                "webhook-secret-new,webhook-secret-old",
                "Bearer webhook-secret-new"
            })
    void anotherSecretShouldBe401(String secret) throws Exception {
        HttpResponse<String> response = call(secret);

        Operators.assertProblem(response, 401, "webhook-secret-needed");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(site.activity.refusedCalls()).isEqualTo(1);
        assertNothingFollows();
    }

    @Test
    void noSecretShouldBe401BeforeTheBodyIsLookedAt() throws Exception {
        for (String body : List.of(BODY, "", "{", "a".repeat(70_000))) {
            Operators.assertProblem(site.server.send(site.request(body)), 401, "webhook-secret-needed");
        }
        assertThat(site.activity.unreadableCalls()).isZero();
        assertNothingFollows();
    }

    @Test
    void operatorsTokenShouldNotCount() throws Exception {
        Operators.assertProblem(
                site.server.send(site.request(BODY).header("Authorization", "Bearer " + WebhookSite.SECRET)),
                401,
                "webhook-secret-needed");
    }

    @Test
    void refusedCallsShouldBeALineAMinuteWithTheirNumberAndSource() throws Exception {
        for (int i = 0; i < 5; i++) {
            call("wrong-secret-" + i);
        }
        assertThat(log.list)
                .singleElement()
                .satisfies(line -> assertThat(line.getFormattedMessage())
                        .contains("none: 1 since")
                        .contains("127.0.0.1"));

        site.clock.tick(LinePerMinute.BETWEEN_LINES);
        call("wrong-secret-5");

        assertThat(log.list).hasSize(2);
        assertThat(log.list.get(1).getFormattedMessage()).contains("none: 5 since");
        assertThat(log.list.toString()).doesNotContain("wrong-secret");
        assertThat(site.activity.refusedCalls()).isEqualTo(6);
    }

    @Test
    void refusedCallsShouldDegradeReadinessForSomeMinutes() throws Exception {
        assertThat(site.activity.problem()).isEmpty();
        call("wrong-secret");
        String problem = site.activity.problem().orElseThrow();
        assertThat(problem).contains("BRIDGE_WEBHOOK_SECRET").doesNotContain("127.0.0.1");

        site.clock.tick(Duration.ofMinutes(4));
        call("wrong-secret");
        site.clock.tick(WebhookAlarm.QUIET);
        assertThat(site.activity.problem()).as("in the same words").contains(problem);
        site.clock.tick(Duration.ofSeconds(1));
        assertThat(site.activity.problem()).isEmpty();
    }

    @Test
    void thereShouldAlwaysBeASecret() {
        assertThatThrownBy(() -> new WebhookSecrets(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WebhookSecrets(List.of(new Secret("a"), new Secret(""))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
