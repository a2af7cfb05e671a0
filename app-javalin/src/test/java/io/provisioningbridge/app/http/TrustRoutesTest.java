package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrustRoutesTest {

    private final List<X509Certificate> chain = new InMemoryCertificateAuthority(InstantSource.system()).authorities();
    private final AtomicReference<Supplier<List<X509Certificate>>> authorities = new AtomicReference<>(() -> chain);
    private final TestServer server = TestServer.of(
            TestServer.loopback(),
            request -> {
                throw new AssertionError("nobody enrolls here");
            },
            () -> authorities.get().get());

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void rootsShouldBeTheSelfSignedCertificatesOnly() throws Exception {
        assertThat(chain).hasSizeGreaterThan(1);

        HttpResponse<String> response = server.get("/pki/roots");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/pem-certificate-chain");
        assertThat(response.body()).isEqualTo(Pem.of(chain.get(chain.size() - 1)));
    }

    @Test
    void byFingerprintShouldFindEveryCertificateOfTheChainInAnySpelling() throws Exception {
        for (X509Certificate certificate : chain) {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            for (String spelling : List.of(
                    HexFormat.of().formatHex(sha256),
                    HexFormat.of().withUpperCase().formatHex(sha256),
                    HexFormat.ofDelimiter(":").formatHex(sha256).toUpperCase(Locale.ROOT))) {
                HttpResponse<String> response = server.get("/pki/roots/" + spelling);

                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo(Pem.of(certificate));
            }
        }
    }

    @Test
    void byFingerprintShouldNotFindAnythingElse() throws Exception {
        for (String unknown : List.of("00".repeat(32), "00", "roots.pem", "%20")) {
            HttpResponse<String> response = server.get("/pki/roots/" + unknown);

            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(TestServer.json(response.body()).path("code").textValue())
                    .isEqualTo("not-found");
        }
    }

    @Test
    void bothShouldBe503UntilTheAuthorityIsKnown() throws Exception {
        authorities.set(() -> {
            throw new BackendUnavailableException("https://ca.internal:9000 refused", Effect.NONE);
        });

        for (String path : List.of("/pki/roots", "/pki/roots/" + "00".repeat(32))) {
            HttpResponse<String> response = server.get(path);

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(response.body()).contains("trust-anchors-unknown").doesNotContain("ca.internal");
        }
    }
}
