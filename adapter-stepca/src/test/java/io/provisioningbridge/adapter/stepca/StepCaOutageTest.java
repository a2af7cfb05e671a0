package io.provisioningbridge.adapter.stepca;

import static io.provisioningbridge.adapter.stepca.OpenAuthority.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.fixture.Requests;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.math.BigInteger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real step-ca that is away, comes back, and is changed meanwhile; the bridge is never restarted. */
@RequiresServer("step-ca")
class StepCaOutageTest {

    private final StepCaProvisioner provisioner =
            StepCaProvisioner.of("bridge", PASSWORD).byPurpose().renewalDisabled();

    @SuppressWarnings("NullAway.Init")
    private StepCaServer server;

    @BeforeEach
    void startServer() {
        server = StepCaServer.oneIntermediate(provisioner);
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void authorityThatIsAwayAtTheStartShouldBeUsedOnceItIsThere() {
        server.stop();
        try (OpenAuthority open = open()) {
            assertAway(open);
            assertThatThrownBy(() -> open.authority().authorities()).isInstanceOf(BackendUnavailableException.class);

            server.start();

            assertThat(sign(open)).isPositive();
            assertThat(open.authority().authorities()).isEqualTo(server.authorities());
            assertThat(open.authority().problem()).isEmpty();
        }
    }

    @Test
    void authorityThatGoesAwayShouldBeUsedOnceItIsBack() {
        try (OpenAuthority open = open()) {
            assertThat(sign(open)).isPositive();
            server.stop();

            assertAway(open);
            assertThat(open.authority().authorities()).as("known from before").isEqualTo(server.authorities());

            server.start();
            assertThat(sign(open)).isPositive();
            assertThat(open.authority().problem()).isEmpty();
        }
    }

    @Test
    void problemShouldBeNoticedWithoutTraffic() throws Exception {
        try (OpenAuthority open = open()) {
            sign(open);
            server.stop();

            assertThat(open.authority().problem()).as("asks in the background").isEmpty();
            // Its only thread is done with the question once it takes the next task.
            open.background().submit(() -> {}).get();

            assertThat(open.authority().problem().orElseThrow()).contains("refused");
        }
    }

    @Test
    void restartShouldNotCostACertificateEvenWhenOurClockIsSlow() {
        InstantSource slow = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(-10));
        try (OpenAuthority open = OpenAuthority.of(OpenAuthority.settings(server, provisioner), slow)) {
            assertThat(sign(open)).isPositive();
            server.kill();
            server.start();

            assertThat(sign(open)).isPositive();
        }
    }

    @Test
    void rotatedKeyShouldBeFetched() {
        try (OpenAuthority open = open()) {
            BigInteger before = sign(open);
            rotate();

            assertThat(sign(open)).isNotEqualTo(before);
            open.authority().revoke(before);
        }
    }

    @Test
    void rotatedKeyShouldBeFetchedWhileManyAsk() throws Exception {
        try (OpenAuthority open = open()) {
            sign(open);
            rotate();
            ExecutorService pool = Executors.newFixedThreadPool(32);
            try {
                List<Callable<BigInteger>> calls = IntStream.range(0, 32)
                        .<Callable<BigInteger>>mapToObj(i -> () -> sign(open))
                        .toList();
                Set<BigInteger> serials = new HashSet<>();
                for (Future<BigInteger> call : pool.invokeAll(calls)) {
                    serials.add(call.get());
                }
                assertThat(serials).hasSize(32);
            } finally {
                pool.shutdownNow();
            }
        }
    }

    @Test
    void keyRotatedToAnotherPasswordShouldBeSaid() {
        try (OpenAuthority open = open()) {
            sign(open);
            server.stop();
            server.provisioners(StepCaProvisioner.of("bridge", "another password"));
            server.start();

            assertThatThrownBy(() -> sign(open))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("the password is wrong");
            assertThat(open.authority().problem().orElseThrow()).contains("the password is wrong");
        }
    }

    @Test
    void wrongFingerprintShouldBeNamedBesideTheOnesThatAreThere() {
        String wrong = "0123456789abcdef".repeat(4);
        StepCaSettings settings = OpenAuthority.settings(server.url(), wrong, "bridge", PASSWORD);
        try (OpenAuthority open = OpenAuthority.of(settings)) {
            assertThatThrownBy(() -> sign(open))
                    .isInstanceOf(BackendUnavailableException.class)
                    .satisfies(StepCaOutageTest::nothingDone)
                    .hasMessageContainingAll(wrong, server.rootFingerprint(), server.issuingFingerprint());
            assertThat(open.authority().problem().orElseThrow()).contains(wrong);
        }
    }

    private void rotate() {
        server.stop();
        server.provisioners(provisioner.rotated());
        server.start();
    }

    private OpenAuthority open() {
        return OpenAuthority.of(OpenAuthority.settings(server, provisioner));
    }

    private static BigInteger sign(OpenAuthority open) {
        return open.authority().sign(Requests.proven("dev-1")).leaf().getSerialNumber();
    }

    private static void assertAway(OpenAuthority open) {
        assertThatThrownBy(() -> sign(open))
                .isInstanceOf(BackendUnavailableException.class)
                .satisfies(StepCaOutageTest::nothingDone)
                .hasMessageContaining("refused");
        assertThat(open.authority().problem().orElseThrow()).contains("refused");
    }

    private static void nothingDone(Throwable thrown) {
        assertThat(((BackendException) thrown).effect()).isEqualTo(Effect.NONE);
    }
}
