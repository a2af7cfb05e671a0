package io.provisioningbridge.adapter.stepca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTrustTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final CertificateFingerprint UNKNOWN = new CertificateFingerprint("0".repeat(64));

    private final ScriptedCa server = new ScriptedCa();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @RequiresServer("step-ca")
    void everyAuthorityOfARealServerShouldServeAsAnchor() throws Exception {
        try (StepCaServer real = StepCaServer.threeTier(StepCaProvisioner.of("bridge", "secret"))) {
            for (X509Certificate authority : real.authorities()) {
                PinnedTrust trust =
                        FingerprintTrust.ofStepCa(real.url(), CertificateFingerprint.of(authority), TIMEOUT);

                assertThat(trust.anchor()).isEqualTo(authority);
                assertThat(status(trust, real.url().resolve("/health"))).isEqualTo(200);
                assertThatThrownBy(() -> status(trust, server.url()))
                        .as("another server")
                        .isInstanceOf(SSLException.class);
            }
        }
    }

    @Test
    @RequiresServer("step-ca")
    void fingerprintOfTheServersOwnCertificateShouldBeRefused() throws Exception {
        try (StepCaServer real = StepCaServer.oneIntermediate(StepCaProvisioner.of("bridge", "secret"))) {
            PinnedTrust root =
                    FingerprintTrust.ofStepCa(real.url(), new CertificateFingerprint(real.rootFingerprint()), TIMEOUT);
            HttpResponse<Void> response = client(root)
                    .send(
                            HttpRequest.newBuilder(real.url().resolve("/health"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            X509Certificate leaf =
                    (X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0];

            assertThatThrownBy(() -> FingerprintTrust.ofStepCa(real.url(), CertificateFingerprint.of(leaf), TIMEOUT))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("own short-lived certificate");
        }
    }

    @Test
    void hostNameShouldStillBeChecked() {
        try (ScriptedCa misnamed = new ScriptedCa(server.hierarchy, 0, "other.example.com")) {
            PinnedTrust trust = FingerprintTrust.ofStepCa(
                    misnamed.url(), new CertificateFingerprint(misnamed.fingerprint()), TIMEOUT);

            assertThatThrownBy(() -> status(trust, misnamed.url().resolve("/health")))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("No subject alternative DNS name matching localhost");
        }
    }

    @Test
    void onlyTheMatchingCertificateOfABundleShouldBeTrusted() throws Exception {
        try (ScriptedCa stranger =
                new ScriptedCa(CertificateHierarchy.of("Stranger", "Stranger's CA"), 0, "localhost")) {
            String bundle = Pem.of(List.of(stranger.hierarchy.root(), server.hierarchy.root()));
            String fingerprint = server.fingerprint();
            server.on("/root/" + fingerprint, exchange -> ScriptedCa.answer(exchange, 200, bundle));

            PinnedTrust trust =
                    FingerprintTrust.ofStepCa(server.url(), new CertificateFingerprint(fingerprint), TIMEOUT);

            assertThat(status(trust, server.url().resolve("/health"))).isEqualTo(200);
            assertThatThrownBy(() -> status(trust, stranger.url().resolve("/health")))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void rootWithAnotherHashShouldBeNamedAndNotTrusted() {
        String wrong = UNKNOWN.hex();
        server.on("/root/" + wrong, 200, Json.object().put("ca", Pem.of(server.hierarchy.root())));

        assertThatThrownBy(() -> FingerprintTrust.ofStepCa(server.url(), UNKNOWN, TIMEOUT))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContainingAll(wrong, server.fingerprint(), "CN=Root", "CN=ICA", "CN=Sub-CA");
    }

    @Test
    void bridgeShouldHandOutPem() throws Exception {
        CertificateFingerprint subCa = CertificateFingerprint.of(server.hierarchy.issuing());
        server.on(
                "/pki/roots/" + subCa,
                exchange -> ScriptedCa.answer(exchange, 200, Pem.of(server.hierarchy.issuing())));

        PinnedTrust trust = FingerprintTrust.ofBridge(server.url(), subCa, TIMEOUT);

        assertThat(trust.anchor()).isEqualTo(server.hierarchy.issuing());
        assertThat(status(trust, server.url().resolve("/health"))).isEqualTo(200);
    }

    @Test
    void bridgeThatShowsNothingThatMatchesShouldBeRefused() {
        assertThatThrownBy(() -> FingerprintTrust.ofBridge(server.url(), UNKNOWN, TIMEOUT))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining(UNKNOWN.hex());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hang", "drip", "huge", "junk", "certificate that is none"})
    void badAnswersShouldEndInABoundedTime(String kind) {
        server.on("/root/" + UNKNOWN, exchange -> {
            switch (kind) {
                case "hang" -> server.hang(exchange);
                case "drip" -> server.drip(exchange);
                case "huge" -> ScriptedCa.answer(exchange, 200, "x".repeat(1_000_000));
                case "junk" -> ScriptedCa.answer(exchange, 200, "{\"ca\":");
                default -> ScriptedCa.answer(exchange, 200, Pem.of("CERTIFICATE", new byte[] {1}));
            }
        });
        long begun = System.nanoTime();

        assertThatThrownBy(() -> FingerprintTrust.ofStepCa(server.url(), UNKNOWN, Duration.ofSeconds(2)))
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void serverThatIsNotThereShouldBeSaid() {
        URI url = server.url();
        server.close();

        assertThatThrownBy(() -> FingerprintTrust.ofStepCa(url, UNKNOWN, TIMEOUT))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContainingAll(url.toString(), "refused");
    }

    @Test
    void fingerprintShouldBeReadAsPeopleWriteIt() {
        String hex = CertificateFingerprint.of(server.hierarchy.root()).hex();
        String colons = String.join(":", hex.split("(?<=\\G..)")).toUpperCase(Locale.ROOT);

        assertThat(CertificateFingerprint.parse(" " + colons + "\n").orThrow().hex())
                .isEqualTo(hex);
        assertThat(CertificateFingerprint.parse(hex).orThrow().hex()).isEqualTo(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "zz", "0:0", "sha256:00"})
    void textThatIsNoFingerprintShouldBeRefused(String text) {
        assertThat(CertificateFingerprint.parse(text).value()).isEmpty();
        assertThat(CertificateFingerprint.parse(UNKNOWN + text).value().isEmpty())
                .isEqualTo(!text.isEmpty());
    }

    private static int status(PinnedTrust trust, URI url) throws IOException, InterruptedException {
        return client(trust)
                .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static HttpClient client(PinnedTrust trust) {
        return HttpClient.newBuilder().sslContext(trust.context()).build();
    }
}
