package io.provisioningbridge.adapter.stepca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.fixture.Requests;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that a healthy step-ca does not give, and what is made of each. */
class StepCaAnswersTest {

    private final ScriptedCa server = new ScriptedCa();
    private final OpenAuthority open = OpenAuthority.of(server.settings());
    private final StepCaCertificateAuthority authority = open.authority();

    @AfterEach
    void stop() {
        open.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{}", "<html>", "{\"crt\":7}", "{\"crt\":\"x\",\"certChain\":[1,null]}"})
    void signShouldReportASuccessWithoutACertificate(String body) {
        server.on("/1.0/sign", exchange -> ScriptedCa.answer(exchange, 201, body));

        assertThatThrownBy(this::sign)
                .satisfies(Failing.refused(Fault.BACKEND, Effect.POSSIBLE))
                .hasMessageContaining("makes no sense");
    }

    @Test
    void signShouldReportACertificateThatCannotBeRead() {
        server.onSign(201, Json.object().put("crt", Pem.of("CERTIFICATE", new byte[] {1, 2, 3})));

        assertThatThrownBy(this::sign)
                .satisfies(Failing.refused(Fault.BACKEND, Effect.POSSIBLE))
                .hasMessageContaining("makes no sense");
    }

    @Test
    void signShouldKnowTheChainThatWasNotSent() {
        X509Certificate leaf = ScriptedCa.leaf(server.hierarchy);
        server.onSign(201, Json.object().put("crt", Pem.of(leaf)));

        IssuedCertificate issued = authority.sign(Requests.proven("dev-1"));

        assertThat(issued.leaf()).isEqualTo(leaf);
        assertThat(issued.authorities()).isEqualTo(server.hierarchy.authorities());
    }

    @Test
    void signShouldHandOverALeafWhoseChainDoesNotLinkUp() {
        CertificateHierarchy foreign = CertificateHierarchy.of("Foreign root", "Foreign issuer");
        List<X509Certificate> before = authority.authorities();
        server.onSign(201, ScriptedCa.issued(ScriptedCa.leaf(foreign), foreign.authorities()));

        IssuedCertificate issued = authority.sign(Requests.proven("dev-1"));

        assertThat(issued.leaf().getIssuerX500Principal())
                .isEqualTo(foreign.issuing().getSubjectX500Principal());
        assertThat(issued.authorities())
                .as("without a root that the anchor does not vouch for")
                .containsExactly(foreign.issuing());
        assertThat(authority.authorities()).isEqualTo(before);
    }

    @Test
    void signShouldHandOverALeafNobodyVouchesFor() {
        CertificateHierarchy foreign = CertificateHierarchy.of("Foreign root", "Foreign issuer");
        server.onSign(201, ScriptedCa.issued(ScriptedCa.leaf(foreign), List.of()));

        IssuedCertificate issued = authority.sign(Requests.proven("dev-1"));

        assertThat(issued.authorities()).isEmpty();
    }

    @Test
    void serverCertificateWithABrokenChainShouldBeRefused() {
        CertificateHierarchy foreign = CertificateHierarchy.of("Foreign root", "Foreign issuer");
        server.onSign(201, ScriptedCa.issued(ScriptedCa.leaf(foreign), List.of()));

        assertThatThrownBy(() -> authority.issueServerCertificate(new byte[] {1}, List.of("dev-1")))
                .isInstanceOf(BackendRefusedException.class)
                .hasMessageContaining("does not link up");
    }

    @Test
    void serverCertificateWithoutAllNamesShouldBeRefused() {
        server.onSign(201, ScriptedCa.issued(ScriptedCa.leaf(server.hierarchy), server.belowTheRoot()));

        assertThatThrownBy(() -> authority.issueServerCertificate(new byte[] {1}, List.of("dev-1", "::1")))
                .isInstanceOf(BackendRefusedException.class)
                .hasMessageContaining("lacks the names [0:0:0:0:0:0:0:1]");
    }

    @Test
    void issuingCertificateThatChangesShouldChangeTheChain() {
        assertThat(authority.authorities()).isEqualTo(server.hierarchy.authorities());
        X509Certificate direct = server.hierarchy.authorities().get(1);
        server.onSign(201, ScriptedCa.issued(server.hierarchy.authorities().get(0), List.of(direct)));

        authority.sign(Requests.proven("dev-1"));

        assertThat(authority.authorities()).containsExactly(direct, server.hierarchy.root());
    }

    @Test
    void tokensThatAreNeverTakenShouldBeTheOperatorsFaultAndEachFresh() {
        server.onSign(
                401, Json.object().put("status", 401).put("message", "The request lacked necessary authorization."));

        assertThatThrownBy(this::sign)
                .satisfies(Failing.refused(Fault.BACKEND, Effect.NONE))
                .hasMessageContainingAll("401", "'bridge'", "dnsNames", "clocks");

        assertThat(server.signRequests.size()).isEqualTo(2);
        assertThat(server.signRequests)
                .extracting(body -> body.path("ott").asText())
                .doesNotHaveDuplicates();
        assertThat(authority.problem().orElseThrow()).contains("none of our tokens");

        server.onSign(201, ScriptedCa.issued(ScriptedCa.leaf(server.hierarchy), server.belowTheRoot()));
        authority.sign(Requests.proven("dev-1"));
        assertThat(authority.problem()).isEmpty();
    }

    @Test
    void tokenThatIsNotTakenOnceShouldBeReplaced() {
        AtomicInteger requests = new AtomicInteger();
        JsonNode answer = ScriptedCa.issued(ScriptedCa.leaf(server.hierarchy), server.belowTheRoot());
        server.on("/1.0/sign", exchange -> {
            boolean first = requests.incrementAndGet() == 1;
            ScriptedCa.answer(exchange, first ? 401 : 201, new String(Json.bytes(answer), StandardCharsets.UTF_8));
        });

        assertThat(authority.sign(Requests.proven("dev-1")).authorities()).isEqualTo(server.hierarchy.authorities());
    }

    @ParameterizedTest
    @CsvSource({
        "400, csr,                                             REQUEST, NONE",
        "400, The request could not be completed: missing ott., BACKEND, NONE",
        "403, dns name \"dev-1\" not allowed.,                 REQUEST, NONE",
        "403, certificate request fingerprint does not match,  BACKEND, NONE",
        "403, something new,                                   BACKEND, NONE",
        "302, Moved,                                           BACKEND, NONE",
        "404, 404 page not found,                              BACKEND, NONE",
        "405, '',                                              BACKEND, NONE",
        "418, teapot,                                          BACKEND, NONE",
        "500, Internal,                                        BACKEND, POSSIBLE",
        "501, Not implemented,                                 BACKEND, POSSIBLE",
    })
    void refusalShouldSayWhoseFaultItIsAndWhetherAnythingHappened(
            int status, String message, Fault fault, Effect effect) {
        server.onSign(status, Json.object().put("status", status).put("message", message));

        assertThatThrownBy(() -> authority.sign(Requests.proven("dev-1")))
                .isInstanceOfSatisfying(BackendRefusedException.class, refused -> {
                    assertThat(refused.fault()).isEqualTo(fault);
                    assertThat(refused.effect()).isEqualTo(effect);
                })
                .hasMessageContaining(String.valueOf(status));
    }

    @ParameterizedTest
    @CsvSource({
        "429, 17,                            17,   NONE",
        "429, 99999,                         300,  NONE",
        "429, 'Wed, 21 Oct 2026 07:28:00 GMT', 5,  NONE",
        "502, '',                            5,    POSSIBLE",
        "503, 30,                            30,   POSSIBLE",
        "504, 0,                             1,    POSSIBLE",
    })
    void proxyThatHasEnoughShouldBeAskedLater(int status, String retryAfter, int seconds, Effect effect) {
        server.on("/1.0/sign", exchange -> {
            if (!retryAfter.isEmpty()) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            ScriptedCa.answer(exchange, status, "busy\u0007\nnow");
        });

        assertThatThrownBy(() -> authority.sign(Requests.proven("dev-1")))
                .isInstanceOfSatisfying(BackendUnavailableException.class, unavailable -> {
                    assertThat(unavailable.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
                    assertThat(unavailable.effect()).isEqualTo(effect);
                })
                .hasMessageEndingWith("busy now");
    }

    @Test
    void subCaAnchorShouldNotHideALeafWhenTheRootCannotBeRead() {
        server.on("/roots.pem", exchange -> ScriptedCa.answer(exchange, 500, "{}"));
        String subCa = CertificateFingerprint.of(server.hierarchy.issuing()).hex();
        X509Certificate leaf = ScriptedCa.leaf(server.hierarchy);
        server.onSign(201, ScriptedCa.issued(leaf, server.belowTheRoot()));
        StepCaSettings settings =
                OpenAuthority.settings(server.url(), subCa, server.provisioner.name(), server.provisioner.password());
        try (OpenAuthority other = OpenAuthority.of(settings)) {
            IssuedCertificate issued = other.authority().sign(Requests.proven("dev-1"));

            assertThat(issued.leaf()).isEqualTo(leaf);
            assertThatThrownBy(() -> other.authority().authorities()).isInstanceOf(BackendUnavailableException.class);
            assertThat(other.authority().problem()).isPresent();

            server.on("/roots.pem", exchange -> ScriptedCa.answer(exchange, 200, Pem.of(server.hierarchy.root())));
            assertThat(other.authority().sign(Requests.proven("dev-1")).authorities())
                    .isEqualTo(server.hierarchy.authorities());
            assertThat(other.authority().authorities()).isEqualTo(server.hierarchy.authorities());
        }
    }

    @Test
    void revokeShouldTakeAnAlreadyRevokedOneForSuccess() {
        server.on(
                "/1.0/revoke",
                400,
                Json.object()
                        .put(
                                "message",
                                "The request could not be completed: certificate with serial number '7' is already revoked."));
        authority.revoke(BigInteger.valueOf(7));

        server.on("/1.0/revoke", 400, Json.object().put("message", "reasonCode out of bounds."));
        assertThatThrownBy(() -> authority.revoke(BigInteger.valueOf(7)))
                .isInstanceOf(BackendRefusedException.class)
                .hasMessageContaining("reasonCode");
    }

    private IssuedCertificate sign() {
        return authority.sign(Requests.proven("dev-1"));
    }
}
