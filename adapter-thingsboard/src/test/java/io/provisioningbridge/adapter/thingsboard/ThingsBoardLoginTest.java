package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform.Reason;
import io.provisioningbridge.core.port.DevicePlatform.Registration;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.testkit.contract.DevicePlatformContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThingsBoardLoginTest {

    private static final DeviceId DEVICE = new DeviceId("dev-1");
    private static final String SECRET = "not-the-password";

    private final SimulatedPlatform platform = SimulatedPlatform.managed();
    private final ThingsBoardDevicePlatform adapter =
            new ThingsBoardDevicePlatform(platform.settingsWithPassword(platform.simulator.password()));

    @AfterEach
    void close() {
        platform.close();
    }

    @Test
    void loginShouldServeManyRequests() {
        IntStream.range(0, 5).forEach(i -> adapter.look(DEVICE));

        assertThat(platform.simulator.logins()).isEqualTo(1);
    }

    @Test
    void tokenThatRunsOutInTheMiddleShouldBeRefreshed() {
        AtomicBoolean expired = new AtomicBoolean();
        platform.simulator.interfere((method, path, exchange) -> {
            if (path.equals("/api/device-with-credentials") && expired.compareAndSet(false, true)) {
                platform.simulator.expireAccessTokens();
            }
            return false;
        });
        adapter.put(registration());

        assertThat(expired).isTrue();
        assertThat(adapter.look(DEVICE).orElseThrow().attributes()).isPresent();
        assertThat(platform.simulator.logins()).isEqualTo(1);
    }

    @Test
    void refusedRefreshShouldBeFollowedByALogin() {
        adapter.put(registration());
        platform.simulator.expireAccessTokens();
        platform.simulator.forgetRefreshTokens();

        assertThat(adapter.look(DEVICE)).isPresent();
        assertThat(platform.simulator.logins()).isEqualTo(2);
    }

    @Test
    void manyCallersShouldRenewATokenOnce() throws Exception {
        adapter.look(DEVICE);
        platform.simulator.expireAccessTokens();
        platform.simulator.forgetRefreshTokens();
        int callers = 16;
        CyclicBarrier start = new CyclicBarrier(callers);
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            Callable<Boolean> look = () -> {
                start.await();
                return adapter.look(DEVICE).isPresent();
            };
            for (Future<Boolean> found : threads.invokeAll(Collections.nCopies(callers, look))) {
                assertThat(found.get()).isFalse();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(platform.simulator.logins()).isEqualTo(2);
    }

    @Test
    void wrongPasswordShouldBeForLaterAndNotTriedForEveryDevice() {
        ThingsBoardDevicePlatform refused = new ThingsBoardDevicePlatform(platform.settingsWithPassword(SECRET));

        for (int i = 0; i < 3; i++) {
            BackendUnavailableException failure =
                    catchThrowableOfType(BackendUnavailableException.class, () -> refused.look(DEVICE));
            assertThat(failure).hasMessageContaining("Invalid username or password");
            assertThat(failure).hasMessageNotContaining(SECRET);
            assertThat(failure.effect()).isEqualTo(Effect.NONE);
            assertThat(failure.retryAfter()).isEqualTo(Refusals.UNTIL_CURED);
        }
        assertThat(platform.simulator.logins()).isEqualTo(1);
    }

    @Test
    void wrongPasswordShouldBeTriedLessAndLessOften() {
        ThingsBoardSettings settings = platform.settingsWithPassword(SECRET);
        AtomicLong nanos = new AtomicLong();
        Authorization authorization = new Authorization(settings.login(), new Transport(settings), nanos::get);
        List<Integer> logins = new ArrayList<>();
        for (int minute = 0; minute < 20; minute++) {
            assertThatThrownBy(() -> authorization.header(Deadline.in(Duration.ofSeconds(10))))
                    .isInstanceOf(BackendUnavailableException.class);
            logins.add(platform.simulator.logins());
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        }

        assertThat(logins).containsExactly(1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6);
    }

    @Test
    void checkOfAPlatformShouldNotTryAWrongPasswordOnceMore() {
        ThingsBoardDevicePlatform refused = new ThingsBoardDevicePlatform(platform.settingsWithPassword(SECRET));
        assertThatThrownBy(() -> refused.look(DEVICE)).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(() -> refused.check(List.of()).findings()).isInstanceOf(BackendUnavailableException.class);

        assertThat(platform.simulator.logins()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503})
    void loginThatFailsForAnotherReasonShouldBeTriedAgain(int status) {
        platform.simulator.interfere((method, path, exchange) -> {
            if (!path.equals("/api/auth/login")) {
                return false;
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
            return true;
        });
        BackendUnavailableException failure =
                catchThrowableOfType(BackendUnavailableException.class, () -> adapter.look(DEVICE));
        assertThat(failure).hasMessageContaining("logging in", "" + status);
        assertThat(failure.retryAfter()).isEqualTo(BackendUnavailableException.DEFAULT_RETRY_AFTER);

        platform.simulator.stopInterfering();
        assertThat(adapter.look(DEVICE)).isEmpty();
    }

    @Test
    void revokedApiKeyShouldBeForLaterAndNeverSeenAsAbsence() {
        ThingsBoardDevicePlatform withKey = platform.adapter();
        withKey.put(registration());
        platform.simulator.revokeApiKeys();

        assertThatThrownBy(() -> withKey.remove(DEVICE, Reason.LEAVES))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("401");
        assertThatThrownBy(() -> withKey.look(DEVICE)).isInstanceOf(BackendUnavailableException.class);
        assertThat(platform.simulator.logins()).isZero();
    }

    @Test
    void settingsShouldNotShowSecrets() {
        assertThat(platform.settingsWithPassword(SECRET).toString()).doesNotContain(SECRET);
        assertThat(new ThingsBoardLogin.ApiKey(new Secret(SECRET)).toString()).doesNotContain(SECRET);
    }

    private static Registration registration() {
        return new Registration(DEVICE, DevicePlatformContract.certificate(DEVICE), DevicePlatformContract.ATTRIBUTES);
    }
}
