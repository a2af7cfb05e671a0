package io.provisioningbridge.app.tls;

import io.provisioningbridge.adapter.bouncycastle.ServerKey;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A certificate from the authority in use. */
final class AutoTls implements ServerTls {

    /** How long a failed attempt is slept on at most, while devices cannot be served and while they can. */
    static final Duration LONGEST_WAIT_UNSERVED = Duration.ofSeconds(30);

    static final Duration LONGEST_WAIT_SERVED = Duration.ofMinutes(5);

    /** Limits of the wait after the authority answered, but not as it should: each attempt may cost a certificate. */
    private static final Duration SHORTEST_WAIT_REFUSED = Duration.ofSeconds(10);

    private static final Duration LONGEST_WAIT_REFUSED = Duration.ofMinutes(10);

    /** How often the authority's own certificates are compared with the ones we present. */
    static final Duration AUTHORITY_INTERVAL = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(AutoTls.class);

    private final CertificateDirectory directory;
    private final ServerKey key;
    private final byte[] request;
    private final List<String> names;
    private final ServerCertificateIssuer issuer;
    private final Supplier<List<X509Certificate>> authorities;
    private final InstantSource clock;
    private final PresentedCertificate presented;

    private final ReentrantLock running = new ReentrantLock();
    private final Backoff backoff = new Backoff();
    private Instant authorityCheck = Instant.MIN;
    private volatile Optional<ServerIdentity> current;
    private volatile boolean failing;

    private AutoTls(
            CertificateDirectory directory,
            ServerKey key,
            Optional<ServerIdentity> kept,
            PresentedCertificate presented,
            List<String> names,
            ServerCertificateIssuer issuer,
            Supplier<List<X509Certificate>> authorities,
            InstantSource clock) {
        this.directory = directory;
        this.key = key;
        this.current = kept;
        this.presented = presented;
        this.names = names;
        this.request = key.certificateRequest(names);
        this.issuer = issuer;
        this.authorities = authorities;
        this.clock = clock;
    }

    static AutoTls open(
            CertificateDirectory directory,
            List<String> names,
            ServerCertificateIssuer issuer,
            Supplier<List<X509Certificate>> authorities,
            InstantSource clock,
            SecureRandom random)
            throws IOException {
        ServerKey key = directory.key();
        Optional<ServerIdentity> kept = directory.load(key);
        ServerIdentity first = kept.orElseGet(() -> throwAway(names, clock, random));
        return new AutoTls(
                directory, key, kept, new PresentedCertificate(first), List.copyOf(names), issuer, authorities, clock);
    }

    private static ServerIdentity throwAway(List<String> names, InstantSource clock, SecureRandom random) {
        ServerKey key = ServerKey.generate(random);
        return new ServerIdentity(key.privateKey(), List.of(key.selfSigned(names, clock.instant())));
    }

    @Override
    public Optional<SslContextFactory.Server> contextFactory() {
        return Optional.of(presented.factory());
    }

    @Override
    public boolean trustworthy() {
        return current.isPresent();
    }

    @Override
    public Optional<String> problem() {
        Optional<ServerIdentity> identity = current;
        if (identity.isEmpty()) {
            return Optional.of("there is no TLS certificate yet; the log says why");
        }
        return identity.get().validAt(clock.instant())
                ? Optional.empty()
                : Optional.of("the TLS certificate ended " + identity.get().notAfter()
                        + " and could not be renewed; the log says why");
    }

    @Override
    public Optional<String> warning() {
        return failing ? Optional.of("the TLS certificate could not be renewed; the log says why") : Optional.empty();
    }

    @Override
    public void runDue() {
        if (!running.tryLock()) {
            return;
        }
        try {
            Instant now = clock.instant();
            Optional<String> why = backoff.allows(now) ? dueBecause(now) : Optional.empty();
            why.ifPresent(reason -> renew(now, reason));
        } finally {
            running.unlock();
        }
    }

    private Optional<String> dueBecause(Instant now) {
        if (current.isEmpty()) {
            return Optional.of("there is none yet");
        }
        ServerIdentity identity = current.get();
        if (!LeafCheck.covers(identity.leaf(), names)) {
            return Optional.of("the names have changed");
        }
        if (!now.isBefore(identity.renewal())) {
            return Optional.of("the present one ends " + identity.notAfter());
        }
        return authorityHasChanged(identity, now) ? Optional.of("the authority has changed") : Optional.empty();
    }

    private boolean authorityHasChanged(ServerIdentity identity, Instant now) {
        if (now.isBefore(authorityCheck)) {
            return false;
        }
        authorityCheck = now.plus(AUTHORITY_INTERVAL);
        try {
            List<X509Certificate> inForce = authorities.get();
            return !inForce.isEmpty()
                    && (identity.chain().size() < 2
                            || !inForce.get(0).equals(identity.chain().get(1)));
        } catch (BackendUnavailableException e) {
            LOG.debug("whether the authority has changed cannot be told: {}", e.getMessage());
            return false;
        }
    }

    private void renew(Instant now, String why) {
        try {
            IssuedCertificate issued = issuer.issueServerCertificate(request.clone(), names);
            ServerIdentity fresh = identityOf(issued);
            Optional<String> problem = LeafCheck.problemWith(fresh, names, clock.instant());
            if (problem.isPresent()) {
                refused(now, "the certificate from the CA cannot be used: " + problem.get());
                return;
            }
            keep(issued);
            presented.exchange(fresh);
            current = Optional.of(fresh);
            failing = false;
            backoff.succeeded();
            LOG.info("new TLS certificate for {} until {}, because {}", names, fresh.notAfter(), why);
        } catch (BackendUnavailableException e) {
            unavailable(now, e);
        } catch (BackendRefusedException e) {
            refused(now, String.valueOf(e.getMessage()));
        }
    }

    private ServerIdentity identityOf(IssuedCertificate issued) {
        List<X509Certificate> chain = new ArrayList<>(List.of(issued.leaf()));
        chain.addAll(issued.authorities());
        return new ServerIdentity(key.privateKey(), chain);
    }

    private void keep(IssuedCertificate issued) {
        try {
            directory.keep(issued);
        } catch (IOException e) {
            LOG.error("the new TLS certificate is in use but could not be written to disk: {}", e.toString());
        }
    }

    private void unavailable(Instant now, BackendUnavailableException e) {
        boolean served = current.filter(identity -> identity.validAt(now)).isPresent();
        Duration wait = backoff.failed(now, e.retryAfter(), served ? LONGEST_WAIT_SERVED : LONGEST_WAIT_UNSERVED);
        failing = true;
        LOG.warn("no new TLS certificate, next attempt in {} s: {}", wait.toSeconds(), e.getMessage());
    }

    private void refused(Instant now, String problem) {
        Duration wait = backoff.failed(now, SHORTEST_WAIT_REFUSED, LONGEST_WAIT_REFUSED);
        failing = true;
        LOG.error("no new TLS certificate, next attempt in {} s: {}", wait.toSeconds(), problem);
    }
}
