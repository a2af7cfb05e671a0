package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardLogin;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.app.config.HawkbitConfig;
import io.provisioningbridge.app.config.Login;
import io.provisioningbridge.app.config.ThingsBoardConfig;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DevicePlatform.Reason;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutsideSystemsTest {

    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");
    private static final DeviceId DEVICE = new DeviceId("dev-1");

    private final Closing closing = new Closing();

    @AfterEach
    void close() {
        closing.close();
    }

    @Test
    void whatIsNotConfiguredShouldBeOff() {
        assertThat(OutsideSystems.updateServer(Optional.empty(), closing)).isEmpty();
        assertThat(OutsideSystems.platform(Optional.empty(), Optional.empty(), List.of(), closing))
                .isEmpty();
    }

    @Test
    void anUpdateServerWithoutCredentialsShouldBeWaitedFor() {
        Outside<UpdateServer> system = OutsideSystems.updateServer(
                        Optional.of(
                                new HawkbitConfig(NOWHERE, Optional.empty(), false, Duration.ofMinutes(5), List.of())),
                        closing)
                .orElseThrow();

        assertThat(system.problem().get().orElseThrow()).contains("HAWKBIT_USER and HAWKBIT_PASSWORD are not set");
        assertWaits(() -> system.port().put(List.of()));
        assertWaits(() -> system.port().remove(List.of(DEVICE)));
        assertWaits(() -> system.port().find(DEVICE));
        assertWaits(() -> system.port().list(0));
        assertThat(system.port().deadline()).isPositive();
    }

    @Test
    void aPlatformWithoutCredentialsShouldBeWaitedFor() {
        ThingsBoardConfig config = new ThingsBoardConfig(
                NOWHERE, Optional.empty(), ThingsBoardMode.MANAGED, "provisioning-bridge", List.of());
        Outside<DevicePlatform> system = OutsideSystems.platform(
                        Optional.of(config), Optional.empty(), List.of(), closing)
                .orElseThrow();

        assertThat(system.problem().get().orElseThrow()).contains("THINGSBOARD_API_KEY", "THINGSBOARD_USER");
        assertWaits(() -> system.port().look(DEVICE));
        assertWaits(() -> system.port().remove(DEVICE, Reason.LEAVES));
        assertWaits(() -> system.port().list("", 1));
        assertThat(system.port().deadline()).isPositive();
    }

    @Test
    void whatHawkbitIsToBeWarnedAboutShouldBeAProblem() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serve(server, "/rest/v1/targets", 200, "{\"content\":[],\"total\":0}");
        serve(server, "/rest/v1/system/configs", 200, "{}");
        server.start();
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());

        Outside<UpdateServer> system = hawkbit(url, true, List.of());

        assertThat(firstProblem(system)).contains("authentication.targettoken.enabled");
    }

    /** What is found in the background, sooner or later. */
    private static String firstProblem(Outside<UpdateServer> system) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 3000 && system.problem().get().isEmpty(); i++) {
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        return system.problem().get().orElseThrow();
    }

    @Test
    void privateAuthoritiesShouldBeTrustedWhereTheyAreConfigured() throws Exception {
        CertificateHierarchy hierarchy = CertificateHierarchy.of("Private Root", "Private Intermediate");
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(hierarchy)));
        serve(server, "/rest", 404, "{\"errorCode\":\"hawkbit.server.error.repo.entityNotFound\"}");
        serve(server, "/api", 404, "{\"status\":404,\"message\":\"no\",\"errorCode\":32}");
        server.start();
        URI url = URI.create("https://localhost:" + server.getAddress().getPort());

        assertThat(hawkbit(url, false, List.of(hierarchy.root())).port().find(DEVICE))
                .isEmpty();
        assertThat(thingsBoard(url, List.of(hierarchy.root())).port().look(DEVICE))
                .isEmpty();
        assertThatThrownBy(() -> hawkbit(url, false, List.of()).port().find(DEVICE))
                .hasMessageContaining("TLS");
        assertThatThrownBy(() -> thingsBoard(url, List.of()).port().look(DEVICE))
                .hasMessageContaining("TLS");
    }

    private Outside<UpdateServer> hawkbit(URI url, boolean tokens, List<X509Certificate> trusted) {
        Login login = new Login("bridge", new Secret("its password"));
        return OutsideSystems.updateServer(
                        Optional.of(new HawkbitConfig(url, Optional.of(login), tokens, Duration.ofMinutes(5), trusted)),
                        closing)
                .orElseThrow();
    }

    private Outside<DevicePlatform> thingsBoard(URI url, List<X509Certificate> trusted) {
        ThingsBoardConfig config = new ThingsBoardConfig(
                url,
                Optional.of(new ThingsBoardLogin.ApiKey(new Secret("its key"))),
                ThingsBoardMode.MANAGED,
                "provisioning-bridge",
                trusted);
        return OutsideSystems.platform(Optional.of(config), Optional.empty(), List.of(), closing)
                .orElseThrow();
    }

    private void serve(HttpServer server, String path, int status, String body) {
        server.createContext(path, exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        closing.opened(() -> server.stop(0));
    }

    private static SSLContext context(CertificateHierarchy hierarchy) throws Exception {
        KeyPair key = CertificateHierarchy.newKey();
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("server", key.getPrivate(), new char[0], new Certificate[] {
            hierarchy.issue(key.getPublic(), "Server", List.of("localhost")), hierarchy.issuing()
        });
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static void assertWaits(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(BackendUnavailableException.class, waiting -> {
                    assertThat(waiting.effect()).isEqualTo(Effect.NONE);
                })
                .hasMessageContaining("waits");
    }
}
