package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.app.config.IpNetwork;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.net.http.HttpRequest;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What stands in the log of a request, with everything switched on that we can say. */
class RequestLogTest {

    private final Logger ours = (Logger) LoggerFactory.getLogger("io.provisioningbridge");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final InMemoryCertificateAuthority authority = new InMemoryCertificateAuthority(InstantSource.system());
    private final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow());
    private final ProvisioningBridge bridge = ProvisioningBridge.builder()
            .store(store)
            .workQueue(store.workQueue())
            .authority(authority)
            .csrReader(new SimpleCsrReader())
            .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
            .tunnelPeers(new InMemoryTunnelPeers())
            .build();
    private final TestServer server = TestServer.of(
            TestServer.loopback()
                    .withTrustedProxies(
                            TrustedProxies.of(IpNetwork.parseList("127.0.0.1").orThrow())),
            bridge::enroll,
            authority::authorities);

    @BeforeEach
    void listen() {
        ours.setLevel(Level.TRACE);
        log.start();
        ours.addAppender(log);
    }

    @AfterEach
    void stop() {
        server.close();
        bridge.close();
        ours.detachAppender(log);
        ours.setLevel(Level.INFO);
    }

    @Test
    void enrollmentShouldBeOneLineWithoutSecrets() throws Exception {
        CsrBuilder csr = CsrBuilder.forDevice("dev-001");
        String body = Json.object()
                .put("csr_pem", csr.pem())
                .put("enrollment_token", "token-of-the-day")
                .put("device_name", "name-of-the-pump")
                .toString();

        JsonNode answer = TestServer.json(
                server.send(from(server.enrollment("dev-001", body))).body());

        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.INFO);
            assertThat(line.getFormattedMessage())
                    .contains("dev-001", "203.0.113.9", "10.8.0.2")
                    .doesNotContain("token-of-the-day", "name-of-the-pump", "BEGIN");
            assertThat(line.getMDCPropertyMap())
                    .containsEntry("request", "request-7")
                    .containsEntry("device", "dev-001");
        });
        String privateKey = answer.path("wg").textValue().replaceAll("(?s).*PrivateKey = (\\S+).*", "$1");
        assertThat(privateKey).hasSize(44);
        assertThat(log.list.toString()).doesNotContain(privateKey);
    }

    @Test
    void refusalShouldBeOneLineWithItsReason() throws Exception {
        String body = Json.object().put("csr_pem", "secret-text").toString();

        server.send(from(server.enrollment("dev-001", body)));

        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.INFO);
            assertThat(line.getFormattedMessage())
                    .contains("csr-unreadable", "dev-001", "203.0.113.9")
                    .doesNotContain("secret-text");
        });
    }

    @Test
    void idThatIsNoneShouldNotWriteIntoTheLog() throws Exception {
        server.enroll("x%C2%85" + "a".repeat(200), "{}");

        assertThat(log.list)
                .singleElement()
                .satisfies(line -> assertThat(line.getMDCPropertyMap())
                        .hasEntrySatisfying(
                                "device",
                                device -> assertThat(device).startsWith("x?aaa").hasSizeLessThan(100)));
    }

    @Test
    void nextRequestOfTheSameThreadShouldNotInheritTheDevice() throws Exception {
        for (int i = 0; i < 20; i++) {
            server.enroll("dev-001", "{}");
            server.get("/pki/roots/00");
        }

        List<ILoggingEvent> notFound = log.list.stream()
                .filter(line -> line.getFormattedMessage().contains("not-found"))
                .toList();
        assertThat(notFound)
                .hasSize(20)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap())
                        .doesNotContainKey("device")
                        .containsKey("request"));
    }

    private static HttpRequest.Builder from(HttpRequest.Builder request) {
        return request.header("X-Forwarded-For", "203.0.113.9").header("X-Request-Id", "request-7");
    }
}
