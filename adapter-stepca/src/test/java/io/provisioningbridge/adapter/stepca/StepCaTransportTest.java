package io.provisioningbridge.adapter.stepca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.fixture.Requests;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may happen between the bridge and step-ca, and how a call ends then. */
class StepCaTransportTest {

    private static final Duration SLACK = Duration.ofSeconds(60);

    private final ScriptedCa server = new ScriptedCa();
    private final OpenAuthority open =
            OpenAuthority.of(server.settings().withTimeouts(Duration.ofSeconds(3), Duration.ofSeconds(6)));
    private final StepCaCertificateAuthority authority = open.authority();

    @BeforeEach
    void settle() throws Exception {
        open.settled();
    }

    @AfterEach
    void stop() {
        open.close();
        server.close();
    }

    @Test
    void signShouldGiveUpOnAServerThatDoesNotAnswer() {
        server.on("/1.0/sign", server::hang);

        assertThatThrownBy(this::sign).satisfies(Failing.unavailable(Effect.POSSIBLE));
        assertThat(authority.problem().orElseThrow()).contains("did not answer within 6 s");
    }

    @Test
    void signShouldGiveUpOnAnAnswerThatDrips() {
        server.on("/1.0/sign", server::drip);

        assertThatThrownBy(this::sign).satisfies(Failing.unavailable(Effect.POSSIBLE));
    }

    @Test
    void signShouldNotReadAnAnswerWithoutEnd() {
        server.on("/1.0/sign", exchange -> ScriptedCa.answer(exchange, 201, " ".repeat(3 * 1024 * 1024)));

        assertThatThrownBy(this::sign)
                .satisfies(Failing.refused(Fault.BACKEND, Effect.POSSIBLE))
                .hasMessageContaining("larger than");
    }

    @Test
    void signShouldReportAnAnswerThatBreaksOff() {
        server.on("/1.0/sign", exchange -> {
            exchange.sendResponseHeaders(201, 1000);
            exchange.getResponseBody().write('{');
            exchange.close();
        });

        assertThatThrownBy(this::sign).satisfies(Failing.unavailable(Effect.POSSIBLE));
    }

    @Test
    void redirectShouldNotBeFollowed() {
        server.on("/1.0/sign", exchange -> {
            exchange.getResponseHeaders().set("Location", server.url() + "/elsewhere");
            ScriptedCa.answer(exchange, 307, "");
        });
        AtomicInteger elsewhere = new AtomicInteger();
        server.on("/elsewhere", exchange -> {
            elsewhere.incrementAndGet();
            ScriptedCa.answer(exchange, 201, "{}");
        });

        assertThatThrownBy(this::sign)
                .satisfies(Failing.refused(Fault.BACKEND, Effect.NONE))
                .hasMessageContaining("307");
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void serverThatSomebodyElsePutThereShouldGetNoRequest() {
        authority.authorities();
        server.onSign(201, ScriptedCa.issued(ScriptedCa.leaf(server.hierarchy), server.belowTheRoot()));
        authority.sign(Requests.proven("dev-1"));
        server.close();
        try (ScriptedCa impostor =
                new ScriptedCa(CertificateHierarchy.of("Root", "ICA", "Sub-CA"), server.port(), "localhost")) {
            assertThatThrownBy(this::sign).satisfies(Failing.unavailable(Effect.NONE));

            assertThat(impostor.signRequests).isEmpty();
            assertThat(authority.problem().orElseThrow()).contains("TLS");
        }
    }

    @Test
    void interruptedSignShouldGiveUpAtOnceAndSayThatItMayHaveHappened() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        server.on("/1.0/sign", exchange -> {
            asked.countDown();
            server.hang(exchange);
        });
        CompletableFuture<Effect> effect = new CompletableFuture<>();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        StepCaSettings patient = server.settings().withTimeouts(Duration.ofSeconds(10), Duration.ofMinutes(4));
        try (OpenAuthority other = OpenAuthority.of(patient)) {
            Thread caller = new Thread(() -> {
                try {
                    other.authority().sign(Requests.proven("dev-1"));
                } catch (BackendException e) {
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
    }

    @Test
    void callersBeyondTheLimitShouldWaitNoLongerThanTheirDeadline() throws Exception {
        server.on("/1.0/sign", server::hang);
        int callers = 70;
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            List<Callable<Effect>> calls = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                calls.add(() -> {
                    try {
                        authority.sign(Requests.proven("dev-1"));
                        throw new AssertionError("nobody answered");
                    } catch (BackendUnavailableException e) {
                        return e.effect();
                    }
                });
            }
            List<Effect> effects = new ArrayList<>();
            for (Future<Effect> call : pool.invokeAll(calls, SLACK.toSeconds(), TimeUnit.SECONDS)) {
                effects.add(call.get());
            }
            assertThat(server.signRequests.size()).isLessThanOrEqualTo(64);
            assertThat(effects).filteredOn(effect -> effect == Effect.NONE).hasSizeGreaterThanOrEqualTo(callers - 64);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void closeShouldLetGoOfThoseWhoWait() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        server.on("/1.0/provisioners", exchange -> {
            asked.countDown();
            server.hang(exchange);
        });
        StepCaSettings patient = server.settings().withTimeouts(Duration.ofSeconds(10), Duration.ofMinutes(4));
        OpenAuthority other = OpenAuthority.of(patient);
        CompletableFuture<Effect> effect = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                other.authority().sign(Requests.proven("dev-1"));
            } catch (BackendException e) {
                effect.complete(e.effect());
            }
        });
        caller.start();
        assertThat(asked.await(SLACK.toSeconds(), TimeUnit.SECONDS)).isTrue();

        other.close();

        assertThat(effect.get(SLACK.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Effect.NONE);
    }

    @Test
    void provisionersWithoutEndShouldNotBeReadForEver() {
        AtomicInteger pages = new AtomicInteger();
        server.on(
                "/1.0/provisioners",
                exchange -> ScriptedCa.answer(
                        exchange, 200, "{\"provisioners\":[],\"nextCursor\":\"" + pages.incrementAndGet() + "\"}"));
        StepCaSettings patient = server.settings().withTimeouts(Duration.ofSeconds(10), Duration.ofMinutes(4));
        try (OpenAuthority other = OpenAuthority.of(patient)) {
            assertThatThrownBy(() -> other.authority().sign(Requests.proven("dev-1")))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.effect()).isEqualTo(Effect.NONE))
                    .hasMessageContaining("does not end");
        }
    }

    private IssuedCertificate sign() {
        return authority.sign(Requests.proven("dev-1"));
    }
}
