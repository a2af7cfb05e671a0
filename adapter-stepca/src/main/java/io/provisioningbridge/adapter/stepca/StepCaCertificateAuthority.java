package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.stepca.OneTimeTokens.Purpose;
import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.RenewalControl;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
import java.math.BigInteger;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Certificates from a step-ca, authorized by a JWK provisioner. Safe for concurrent use.
 *
 * <p>Nothing step-ca does or fails to do makes the constructor fail: trust, chain and the provisioner's key are got in the
 * background and tried again until they are there ({@link #problem()} says what is missing), and a call that comes earlier
 * waits within its deadline. step-ca may restart, and its provisioner's key may be rotated, at any time.
 *
 * <p>Starts no thread itself, but the JDK's HTTP client has daemon threads of its own, which on Java 17 end once it is
 * collected. {@link #close()} ends the background work and lets go of those who wait for it; the executor stays the
 * caller's, and the authority is not to be used any more.
 */
public final class StepCaCertificateAuthority
        implements CertificateAuthority, ServerCertificateIssuer, RenewalControl, AutoCloseable {

    private static final String SIGN = "/1.0/sign";
    private static final String REVOKE = "/1.0/revoke";

    private final StepCaSettings settings;
    private final StepCaClient client;
    private final AuthorizedCalls calls;
    private final OneTimeTokens tokens;
    private final IssuerChains chains;
    private final RepeatedPem sentBefore = new RepeatedPem();
    private final ProvisionerAdvice advice = new ProvisionerAdvice();
    private final Prepared<ProvisionerKey> deviceKey;
    private final Prepared<ProvisionerKey> serverKey;
    private final HealthProbe probe;

    /**
     * With the platform's cryptography.
     *
     * @param background runs what has to be asked for before anything can be signed; must not run it in the calling thread,
     *     nor in one that may itself wait in {@link #sign}
     * @param random where token ids come from; must be cryptographically strong outside of tests
     */
    public StepCaCertificateAuthority(
            StepCaSettings settings, Executor background, InstantSource clock, RandomGenerator random) {
        this(settings, background, clock, random, JoseSigner.ofPlatform());
    }

    /** With tokens signed by a provider, which need not be installed; it must have {@code EC} and {@code SHA256withECDSA}. */
    public StepCaCertificateAuthority(
            StepCaSettings settings,
            Executor background,
            InstantSource clock,
            RandomGenerator random,
            Provider provider) {
        this(settings, background, clock, random, JoseSigner.of(provider));
    }

    private StepCaCertificateAuthority(
            StepCaSettings settings,
            Executor background,
            InstantSource clock,
            RandomGenerator random,
            JoseSigner signer) {
        this.settings = settings;
        this.client = new StepCaClient(settings, clock);
        this.calls = new AuthorizedCalls(client, settings);
        this.tokens = new OneTimeTokens(signer, client.clock(), random);
        this.chains = new IssuerChains(client, settings, background);
        this.deviceKey = prepared(
                new ProvisionerLoader(client, settings.deviceProvisioner(), signer, advice::lookAt),
                settings.deviceProvisioner(),
                background);
        this.serverKey = settings.serverProvisioner().equals(settings.deviceProvisioner())
                ? deviceKey
                : prepared(
                        new ProvisionerLoader(client, settings.serverProvisioner(), signer, listing -> {}),
                        settings.serverProvisioner(),
                        background);
        this.probe = new HealthProbe(client, settings, background);
        chains.start();
        deviceKey.start();
        serverKey.start();
    }

    private Prepared<ProvisionerKey> prepared(ProvisionerLoader loader, ProvisionerLogin login, Executor background) {
        return new Prepared<>(
                "the key of provisioner '" + login.name() + "'", loader::load, settings.deadline(), background);
    }

    @Override
    public IssuedCertificate sign(CertificateSigningRequest request) {
        Deadline deadline = Deadline.in(settings.deadline());
        IssuedCertificate issued = issue(
                deviceKey,
                request.der(),
                List.of(request.subject().text()),
                Purpose.DEVICE,
                settings.certificateLifetime(),
                deadline);
        advice.lookAt(issued.leaf());
        return issued;
    }

    @Override
    public IssuedCertificate issueServerCertificate(byte[] csr, List<String> names) {
        Deadline deadline = Deadline.in(settings.deadline());
        IssuedCertificate issued = issue(serverKey, csr, names, Purpose.SERVER, Duration.ZERO, deadline);
        String problem = ServerLeaf.problemWith(issued, names);
        if (!problem.isEmpty()) {
            throw new BackendRefusedException(
                    "provisioner '" + settings.serverProvisioner().name()
                            + "' cannot issue the bridge's own certificate: " + problem,
                    Fault.BACKEND,
                    Effect.POSSIBLE);
        }
        return issued;
    }

    private IssuedCertificate issue(
            Prepared<ProvisionerKey> key,
            byte[] csr,
            List<String> names,
            Purpose purpose,
            Duration lifetime,
            Deadline deadline) {
        String pem = Pem.of("CERTIFICATE REQUEST", csr);
        Reply reply = calls.post(
                SIGN,
                key,
                (provisioner, audience) -> {
                    ObjectNode body = Json.object()
                            .put("csr", pem)
                            .put("ott", tokens.forSigning(provisioner, audience, csr, names, purpose));
                    // A Go duration; the authority's default where there is none.
                    return lifetime.isZero() ? body : body.put("notAfter", lifetime.toSeconds() + "s");
                },
                deadline);
        if (!reply.successful()) {
            throw Refusals.of("signing for " + names.get(0), reply);
        }
        SignAnswer answer = SignAnswer.of(reply, sentBefore)
                .orElseThrow(() -> Refusals.nonsense("signing for " + names.get(0), "it holds no certificate"));
        return new IssuedCertificate(answer.leaf(), chains.above(answer.leaf(), answer.rest(), deadline));
    }

    /**
     * {@inheritDoc}
     *
     * <p>step-ca knows passive revocation only: the certificate cannot be renewed any more and appears in its CRL, if that
     * is on. It also "revokes" serial numbers it never issued; a second time it answers 400 "already revoked" (observed:
     * v0.30.2).
     */
    @Override
    public Revocation revoke(BigInteger serial) {
        String decimal = serial.toString();
        Reply reply = calls.post(
                REVOKE,
                deviceKey,
                (provisioner, audience) -> (JsonNode) Json.object()
                        .put("serial", decimal)
                        .put("ott", tokens.forRevoking(provisioner, audience, decimal))
                        .put("passive", true),
                Deadline.in(settings.deadline()));
        boolean already = reply.status() == 400
                && reply.message().toLowerCase(Locale.ROOT).contains("already revoked");
        if (!reply.successful() && !already) {
            throw Refusals.of("revoking " + serial.toString(16), reply);
        }
        return already ? Revocation.ALREADY_REVOKED : Revocation.REVOKED;
    }

    @Override
    public Renewal renewal() {
        return advice.renewal();
    }

    @Override
    public List<X509Certificate> authorities() {
        return chains.inForce(Deadline.in(settings.deadline()));
    }

    @Override
    public Duration deadline() {
        return settings.deadline();
    }

    /**
     * Why it cannot do all it is for at present, in words for an operator: not reachable, another fingerprint, no such
     * provisioner, a wrong password, tokens refused. Empty when the last contact showed nothing wrong. Answers at once; when
     * the last contact is some seconds old it has the authority asked again in the background.
     */
    public Optional<String> problem() {
        probe.begin();
        return Stream.of(deviceKey.problem(), serverKey.problem(), chains.problem(), client.trouble(), calls.trouble())
                .filter(text -> !text.isEmpty())
                .findFirst();
    }

    /** What an operator should change about the device provisioner although it works, in words; each is also logged once. */
    public List<String> warnings() {
        return advice.given();
    }

    @Override
    public void close() {
        deviceKey.close();
        serverKey.close();
        chains.close();
    }
}
