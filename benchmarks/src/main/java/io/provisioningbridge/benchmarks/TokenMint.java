package io.provisioningbridge.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.PbkdfKey;
import org.jose4j.lang.JoseException;

/** Makes one-time tokens for asking step-ca directly. */
final class TokenMint {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LIFETIME_MINUTES = 10;

    private final URI stepCa;
    private final String provisioner;
    private final EllipticCurveJsonWebKey key;

    private TokenMint(URI stepCa, String provisioner, EllipticCurveJsonWebKey key) {
        this.stepCa = stepCa;
        this.provisioner = provisioner;
        this.key = key;
    }

    /** Opens the key of step-ca's first provisioner. */
    static TokenMint open(URI stepCa, HttpClient client, String password)
            throws IOException, InterruptedException, JoseException {
        HttpRequest request =
                HttpRequest.newBuilder(stepCa.resolve("/provisioners")).build();
        JsonNode first = JSON.readTree(
                        client.send(request, BodyHandlers.ofString()).body())
                .required("provisioners")
                .required(0);
        JsonWebEncryption encrypted = new JsonWebEncryption();
        encrypted.setAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, "PBES2-HS256+A128KW"));
        encrypted.setKey(new PbkdfKey(password));
        encrypted.setCompactSerialization(first.required("encryptedKey").asText());
        JsonWebKey key = JsonWebKey.Factory.newJwk(encrypted.getPlaintextString());
        return new TokenMint(stepCa, first.required("name").asText(), (EllipticCurveJsonWebKey) key);
    }

    /** A token for one certificate of this device. */
    String token(String device) throws JoseException {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(provisioner);
        claims.setSubject(device);
        claims.setAudience(stepCa + "/1.0/sign");
        claims.setIssuedAt(NumericDate.fromSeconds(Instant.now().getEpochSecond()));
        claims.setExpirationTimeMinutesInTheFuture(LIFETIME_MINUTES);
        claims.setJwtId(UUID.randomUUID().toString());
        claims.setStringListClaim("sans", List.of(device));
        JsonWebSignature token = new JsonWebSignature();
        token.setAlgorithmHeaderValue("ES256");
        token.setKeyIdHeaderValue(key.getKeyId());
        token.setKey(key.getPrivateKey());
        token.setPayload(claims.toJson());
        return token.getCompactSerialization();
    }
}
