package io.provisioningbridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustTest {

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080,false",
        "http://localhost,false",
        "http://[::1]:8080,false",
        "https://10.0.0.1,false",
        "HTTPS://10.0.0.1,false",
        "http://10.0.0.1,true",
        "http://no-such-host.invalid,true"
    })
    void plainHttpShouldBeReadableUnlessItStaysHere(URI url, boolean readable) {
        assertThat(Trust.isReadableOnTheWay(url)).isEqualTo(readable);
    }

    private final CertificateHierarchy hierarchy = CertificateHierarchy.of("Root", "Issuing");
    private final CertificateHierarchy other = CertificateHierarchy.of("Root", "Issuing");
    private final HttpsServer server;

    TrustTest() throws IOException, GeneralSecurityException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(serverContext()));
        server.createContext("/", http -> LocalServer.answer(http, 204, ""));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void serverBelowAnyOfTheAuthoritiesShouldBeBelieved() throws Exception {
        assertThat(ask("localhost", List.of(other.root(), hierarchy.root())).status())
                .isEqualTo(204);
        assertThat(ask("localhost", List.of(hierarchy.issuing())).status()).isEqualTo(204);
    }

    @Test
    void serverOfAnotherAuthorityShouldNotBeBelieved() {
        assertThatThrownBy(() -> ask("localhost", List.of(other.root())))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void serverOfAnotherNameShouldNotBeBelieved() {
        assertThatThrownBy(() -> ask("127.0.0.1", List.of(hierarchy.root())))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void trustInNobodyShouldBeAMistake() {
        assertThatIllegalArgumentException().isThrownBy(() -> Trust.in(List.of()));
    }

    private Reply ask(String host, List<X509Certificate> trusted) throws Exception {
        URI url = URI.create("https://" + host + ":" + server.getAddress().getPort() + "/");
        return new Exchange(
                        Exchange.client(Duration.ofSeconds(60))
                                .sslContext(Trust.in(trusted))
                                .build(),
                        1000)
                .send(HttpRequest.newBuilder(url).build(), Deadline.in(Duration.ofMinutes(1)));
    }

    private SSLContext serverContext() throws GeneralSecurityException, IOException {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate[] chain = {hierarchy.issue(key.getPublic(), "Server", List.of("localhost")), hierarchy.issuing()
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
