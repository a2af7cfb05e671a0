package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which server is asked, and at which path. */
class ThingsBoardConnectionTest {

    private static final DeviceId DEVICE = new DeviceId("dev-1");
    private static final ThingsBoardLogin LOGIN = new ThingsBoardLogin.ApiKey(new Secret("tb_key"));

    private final CertificateHierarchy hierarchy = CertificateHierarchy.of("Root", "Issuing");
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final HttpsServer server;

    ThingsBoardConnectionTest() throws IOException, GeneralSecurityException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(serverContext()));
        server.createContext("/", this::sayNotFound);
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    @Test
    void pathOfTheUrlShouldBeKept() {
        for (String path : List.of("/things/board", "/things/board/")) {
            requests.clear();

            assertThat(adapter(url("localhost", path), hierarchy).look(DEVICE)).isEmpty();
            assertThat(requests).containsExactly("ApiKey tb_key /things/board/api/tenant/devices?deviceName=dev-1");
        }
    }

    @Test
    void serverOfAnotherAuthorityShouldGetNoRequest() {
        assertRefusesToConnect(adapter(url("localhost", ""), CertificateHierarchy.of("Root", "Issuing")));
    }

    @Test
    void serverOfAnotherNameShouldGetNoRequest() {
        assertRefusesToConnect(adapter(url("127.0.0.1", ""), hierarchy));
    }

    @Test
    void certificateOfAnUnknownAuthorityShouldBeRefusedByDefault() {
        assertRefusesToConnect(new ThingsBoardDevicePlatform(
                ThingsBoardSettings.of(url("localhost", ""), LOGIN, ThingsBoardMode.MANAGED, "profile")));
    }

    @Test
    void portThatNobodyListensAtShouldSurelyDoNothing() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        BackendUnavailableException failure = catchThrowableOfType(
                BackendUnavailableException.class,
                () -> adapter(URI.create("http://127.0.0.1:" + port), hierarchy).look(DEVICE));

        assertThat(failure.effect()).isEqualTo(Effect.NONE);
        assertThat(failure).hasMessageContaining("connection refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://host", "host:8080", "http:///path", "http://user@host", "http://host?x=1", "http://host#x"
            })
    void urlThatIsNoneShouldBeRefused(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThingsBoardSettings.of(URI.create(url), LOGIN, ThingsBoardMode.MANAGED, "profile"));
    }

    private void assertRefusesToConnect(ThingsBoardDevicePlatform adapter) {
        BackendUnavailableException failure =
                catchThrowableOfType(BackendUnavailableException.class, () -> adapter.look(DEVICE));

        assertThat(failure).hasMessageContaining("TLS");
        assertThat(failure).hasMessageNotContaining("tb_key");
        assertThat(requests).isEmpty();
    }

    private static ThingsBoardDevicePlatform adapter(URI url, CertificateHierarchy trusted) {
        return new ThingsBoardDevicePlatform(ThingsBoardSettings.of(url, LOGIN, ThingsBoardMode.MANAGED, "profile")
                .withTrusted(List.of(trusted.root())));
    }

    private URI url(String host, String path) {
        return URI.create("https://" + host + ":" + server.getAddress().getPort() + path);
    }

    private void sayNotFound(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestHeaders().getFirst("X-Authorization") + " " + exchange.getRequestURI());
        byte[] body = "{\"status\":404,\"message\":\"Requested item wasn't found!\",\"errorCode\":32}"
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(404, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private SSLContext serverContext() throws GeneralSecurityException, IOException {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate[] chain = {
            hierarchy.issue(key.getPublic(), "ThingsBoard", List.of("localhost")), hierarchy.issuing()
        };
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("server", key.getPrivate(), new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
