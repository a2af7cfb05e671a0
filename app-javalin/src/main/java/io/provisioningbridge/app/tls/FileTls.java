package io.provisioningbridge.app.tls;

import io.provisioningbridge.adapter.bouncycastle.PemPrivateKey;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A certificate and a key that somebody else puts into two files. */
final class FileTls implements ServerTls {

    /** How often the files are looked at. */
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(FileTls.class);

    /** What stands in the two files; never printed. */
    private static final class Contents {

        private final String certificate;
        private final String key;

        Contents(String certificate, String key) {
            this.certificate = certificate;
            this.key = key;
        }

        boolean sameAs(Contents other) {
            return certificate.equals(other.certificate) && key.equals(other.key);
        }
    }

    private final Path certificateFile;
    private final Path keyFile;
    private final InstantSource clock;
    private final PresentedCertificate presented;

    private final ReentrantLock running = new ReentrantLock();
    private Contents seen;
    private Instant nextLook;
    private volatile ServerIdentity current;
    /** What was wrong with the files at the last look, for the log. */
    private volatile Optional<String> fault = Optional.empty();

    private FileTls(
            Path certificateFile, Path keyFile, InstantSource clock, Contents contents, ServerIdentity identity) {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.clock = clock;
        this.seen = contents;
        this.nextLook = clock.instant().plus(INTERVAL);
        this.current = identity;
        this.presented = new PresentedCertificate(identity);
    }

    static Parsed<ServerTls> open(Path certificateFile, Path keyFile, InstantSource clock) {
        return read(certificateFile, keyFile)
                .fold(
                        contents -> identityOf(contents, certificateFile, keyFile)
                                .fold(
                                        identity -> Parsed.valid(
                                                new FileTls(certificateFile, keyFile, clock, contents, identity)),
                                        Parsed::invalid),
                        Parsed::invalid);
    }

    @Override
    public Optional<SslContextFactory.Server> contextFactory() {
        return Optional.of(presented.factory());
    }

    @Override
    public boolean trustworthy() {
        return true;
    }

    @Override
    public Optional<String> problem() {
        return current.validAt(clock.instant())
                ? Optional.empty()
                : Optional.of("the TLS certificate ended " + current.notAfter());
    }

    @Override
    public Optional<String> warning() {
        return fault.map(logged -> "the files of the TLS certificate cannot be used; the log says why");
    }

    @Override
    public void runDue() {
        if (!running.tryLock()) {
            return;
        }
        try {
            Instant now = clock.instant();
            if (!now.isBefore(nextLook)) {
                nextLook = now.plus(INTERVAL);
                look();
            }
        } finally {
            running.unlock();
        }
    }

    private void look() {
        Parsed<Contents> contents = read(certificateFile, keyFile);
        if (contents instanceof Parsed.Invalid<Contents> unreadable) {
            complain(unreadable.problem());
            return;
        }
        Contents now = contents.orThrow();
        if (now.sameAs(seen)) {
            fault = Optional.empty();
            return;
        }
        Parsed<ServerIdentity> identity = identityOf(now, certificateFile, keyFile);
        if (identity instanceof Parsed.Invalid<ServerIdentity> wrong) {
            complain(wrong.problem());
            return;
        }
        seen = now;
        current = identity.orThrow();
        presented.exchange(current);
        fault = Optional.empty();
        LOG.info("the TLS certificate was changed; the new one ends {}", current.notAfter());
    }

    private void complain(String problem) {
        if (!fault.equals(Optional.of(problem))) {
            LOG.error("the TLS certificate stays as it was: {}", problem);
        }
        fault = Optional.of(problem);
    }

    private static Parsed<Contents> read(Path certificateFile, Path keyFile) {
        Path file = certificateFile;
        try {
            String certificate = Files.readString(file, StandardCharsets.ISO_8859_1);
            file = keyFile;
            return Parsed.valid(new Contents(certificate, Files.readString(file, StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            return Parsed.invalid(file + " cannot be read: " + e);
        }
    }

    private static Parsed<ServerIdentity> identityOf(Contents contents, Path certificateFile, Path keyFile) {
        Parsed<List<X509Certificate>> chain = Pem.parseCertificates(contents.certificate);
        if (chain instanceof Parsed.Invalid<List<X509Certificate>> damaged) {
            return Parsed.invalid(certificateFile + ": " + damaged.problem());
        }
        if (chain.orThrow().isEmpty()) {
            return Parsed.invalid(certificateFile + " holds no certificate in PEM");
        }
        Parsed<PrivateKey> key = PemPrivateKey.parse(contents.key);
        if (key instanceof Parsed.Invalid<PrivateKey> wrong) {
            return Parsed.invalid(keyFile + ": " + wrong.problem());
        }
        ServerIdentity identity = new ServerIdentity(key.orThrow(), chain.orThrow());
        return identity.keyFits()
                ? Parsed.valid(identity)
                : Parsed.invalid(
                        "the key in " + keyFile + " does not belong to the first certificate in " + certificateFile);
    }
}
