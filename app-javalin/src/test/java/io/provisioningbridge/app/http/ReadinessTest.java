package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.bouncycastle.BouncyCastleSignedRequestReader;
import io.provisioningbridge.app.config.ServicesConfig;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadinessTest {

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T10:00:00Z"));
    private final AtomicReference<Optional<String>> store = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> peers = new AtomicReference<>(Optional.empty());
    private final AtomicInteger runs = new AtomicInteger();
    private final Readiness readiness = new Readiness(
            List.of(
                    HealthCheck.required("store", () -> {
                        runs.incrementAndGet();
                        return store.get();
                    }),
                    HealthCheck.advisory("peers", peers::get)),
            clock);
    private final TestServer server = new TestServer(
            TestServer.loopback(),
            new DeviceApi(
                    request -> {
                        throw new AssertionError("nobody enrolls here");
                    },
                    confirmation -> {
                        throw new AssertionError("nobody confirms here");
                    },
                    new BouncyCastleSignedRequestReader(),
                    List::of,
                    new ServicesConfig(Optional.empty(), Optional.empty()),
                    TestServer.NO_WEBHOOK,
                    readiness));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void readyShouldListTheChecksWhenAllIsWell() throws Exception {
        readiness.runDue();

        HttpResponse<String> response = server.get("/health/ready");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo("{\"status\":\"ready\",\"checks\":[{\"name\":\"store\",\"status\":\"ok\",\"required\":true},"
                        + "{\"name\":\"peers\",\"status\":\"ok\",\"required\":false}]}");
    }

    @Test
    void readyShouldStay200ButDegradedWhenAnAdvisoryCheckFails() throws Exception {
        peers.set(Optional.of("nobody confirms the peers"));
        readiness.runDue();

        HttpResponse<String> response = server.get("/health/ready");

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode answer = TestServer.json(response.body());
        assertThat(answer.path("status").textValue()).isEqualTo("degraded");
        assertThat(answer.at("/checks/1/detail").textValue()).isEqualTo("nobody confirms the peers");
    }

    @Test
    void readyShouldBe503WhenARequiredCheckFails() throws Exception {
        store.set(Optional.of("the store cannot be written"));
        readiness.runDue();

        HttpResponse<String> response = server.get("/health/ready");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        JsonNode problem = TestServer.json(response.body());
        assertThat(problem.path("code").textValue()).isEqualTo("not-ready");
        assertThat(problem.at("/checks/0/detail").textValue()).isEqualTo("the store cannot be written");
    }

    @Test
    void headShouldTellTheSameAsGet() throws Exception {
        store.set(Optional.of("the store cannot be written"));
        readiness.runDue();

        HttpResponse<String> response =
                server.send(server.request("/health/ready").method("HEAD", BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void checksShouldRunAtMostEveryFewSecondsHoweverOftenTheyAreAskedFor() throws Exception {
        for (int i = 0; i < 10; i++) {
            readiness.runDue();
            server.get("/health/ready");
        }
        assertThat(runs).hasValue(1);

        clock.tick(Readiness.INTERVAL);
        readiness.runDue();
        assertThat(runs).hasValue(2);
    }

    @Test
    void readyShouldBe503WhenNothingWasCheckedForLong() throws Exception {
        assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);

        readiness.runDue();
        assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);

        clock.tick(Readiness.STALE);
        HttpResponse<String> response = server.get("/health/ready");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(TestServer.json(response.body()).at("/checks/2/name").textValue())
                .isEqualTo("checks");
    }

    @Test
    void checkThatThrowsShouldFailWithoutTellingWhy() throws Exception {
        Readiness broken = new Readiness(
                List.of(HealthCheck.required("store", () -> {
                    throw new IllegalStateException("password=hunter2");
                })),
                clock);

        broken.runDue();

        assertThat(broken.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.failing()).isTrue();
            assertThat(finding.problem().orElseThrow()).doesNotContain("hunter2");
        });
    }

    @Test
    void checksShouldRunAgainWhenTheClockWasSetBack() {
        readiness.runDue();
        clock.tick(Duration.ofHours(-1));
        store.set(Optional.of("full"));

        readiness.runDue();

        assertThat(readiness.findings()).anyMatch(Readiness.Finding::failing);
    }

    @Test
    void liveShouldNotCareForChecks() throws Exception {
        store.set(Optional.of("the store cannot be written"));
        readiness.runDue();

        HttpResponse<String> response = server.get("/health/live");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"status\":\"live\"}");
    }
}
