package io.provisioningbridge.adapter.stepca;

import static io.provisioningbridge.adapter.stepca.OpenAuthority.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.adapter.stepca.OneTimeTokens.Purpose;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OneTimeTokensTest {

    private static final String AUDIENCE = "https://ca.example.com:9443/1.0/sign";
    private static final byte[] CSR = "not looked at".getBytes(StandardCharsets.US_ASCII);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T12:00:00.9Z"));
    private final StepCaProvisioner provisioner = StepCaProvisioner.of("bridge", PASSWORD);

    @ParameterizedTest
    @MethodSource("signers")
    void tokenShouldAllowOneRequestForFiveMinutes(JoseSigner signer) throws Exception {
        ProvisionerKey key = key(signer);
        String token = new OneTimeTokens(signer, clock, new SecureRandom())
                .forSigning(key, AUDIENCE, CSR, List.of("dev-1", "10.0.0.1"), Purpose.SERVER);

        JsonWebSignature signature = verified(token);
        assertThat(signature.getAlgorithmHeaderValue()).isEqualTo("ES256");
        assertThat(signature.getKeyIdHeaderValue()).isEqualTo(key.id());
        JwtClaims claims = JwtClaims.parse(signature.getPayload());
        assertThat(claims.getIssuer()).isEqualTo("bridge");
        assertThat(claims.getSubject()).isEqualTo("dev-1");
        assertThat(claims.getAudience()).containsExactly(AUDIENCE);
        assertThat(claims.getStringListClaimValue("sans")).containsExactly("dev-1", "10.0.0.1");
        assertThat(claims.getStringClaimValue("purpose")).isEqualTo("server");
        assertThat(claims.getIssuedAt().getValue()).isEqualTo(clock.instant().getEpochSecond());
        assertThat(claims.getNotBefore().getValue()).isEqualTo(clock.instant().getEpochSecond() - 30);
        assertThat(claims.getExpirationTime().getValue())
                .isEqualTo(clock.instant().getEpochSecond() + 300);
        assertThat(claims.getClaimValue("cnf"))
                .isEqualTo(Map.of(
                        "x5rt#S256",
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(
                                        MessageDigest.getInstance("SHA-256").digest(CSR))));
    }

    @Test
    void tokenForRevokingShouldNameTheSerialOnly() throws Exception {
        JoseSigner signer = JoseSigner.ofPlatform();
        String token = new OneTimeTokens(signer, clock, new SecureRandom())
                .forRevoking(key(signer), "https://ca.example.com/1.0/revoke", "123456789");

        JwtClaims claims = JwtClaims.parse(verified(token).getPayload());
        assertThat(claims.getSubject()).isEqualTo("123456789");
        assertThat(claims.getClaimNames()).containsExactlyInAnyOrder("iss", "sub", "aud", "iat", "nbf", "exp", "jti");
    }

    @Test
    void idsShouldBe256BitsAndNeverTheSame() throws Exception {
        JoseSigner signer = JoseSigner.ofPlatform();
        ProvisionerKey key = key(signer);
        OneTimeTokens tokens = new OneTimeTokens(signer, clock, new SecureRandom());
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            String id = JwtClaims.parse(
                            verified(tokens.forRevoking(key, AUDIENCE, "1")).getPayload())
                    .getJwtId();
            assertThat(id).matches("[0-9a-f]{64}");
            ids.add(id);
        }
        assertThat(ids).hasSize(50);
    }

    static Stream<JoseSigner> signers() {
        return Stream.of(JoseSigner.ofPlatform(), JoseSigner.of(DeviceKey.PROVIDER));
    }

    private ProvisionerKey key(JoseSigner signer) {
        var listed =
                Json.parse(provisioner.json().getBytes(StandardCharsets.UTF_8)).orElseThrow();
        return new ProvisionerKey(
                "bridge",
                listed.path("key").path("kid").asText(),
                new KeyOpener(new Secret(PASSWORD), signer)
                        .open(listed.path("encryptedKey").asText())
                        .orThrow());
    }

    private JsonWebSignature verified(String token) throws Exception {
        var listed =
                Json.parse(provisioner.json().getBytes(StandardCharsets.UTF_8)).orElseThrow();
        PublicKey publicKey = (PublicKey)
                JsonWebKey.Factory.newJwk(listed.path("key").toString()).getKey();
        JsonWebSignature signature = new JsonWebSignature();
        signature.setCompactSerialization(token);
        signature.setKey(publicKey);
        assertThat(signature.verifySignature()).isTrue();
        return signature;
    }
}
