package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.UnverifiedCsr;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.RenewalControl;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * An authority of the bridge's own, for a trial and for small installations: a root (EC P-256, 20 years) and an issuing CA
 * (EC P-256, 10 years) in a directory, which belongs to one process at a time. Safe for concurrent use.
 *
 * <p>A device certificate is good for {@code clientAuth} alone, a server certificate for {@code serverAuth} alone, both with
 * {@code digitalSignature}; they begin a minute ago, for clocks that are behind, and never outlive the issuing CA. Serial
 * numbers are 128 random bits. Of a request only the key is used.
 */
public final class LocalCertificateAuthority implements CertificateAuthority, ServerCertificateIssuer, RenewalControl {

    // Signing takes a millisecond; a machine that is short of everything may take its time.
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration BACKDATE = Duration.ofMinutes(1);
    private static final int MAX_SERIAL_BITS = 160;

    private final Hierarchy hierarchy;
    private final CertificateTemplate.Issuer issuer;
    private final RevokedSerials revoked;
    private final Settings settings;
    private final InstantSource clock;
    private final SecureRandom random;
    private final BouncyCastleCsrReader reader = new BouncyCastleCsrReader();

    /**
     * How long certificates live.
     *
     * @param deviceLifetime of devices; at least a minute
     * @param serverLifetime of the bridge's own HTTPS listener; at least a minute
     */
    public record Settings(Duration deviceLifetime, Duration serverLifetime) {

        /** 30 days each: long enough for a device that is switched off over the holidays, short enough to be renewed often. */
        public static final Settings DEFAULT = new Settings(Duration.ofDays(30), Duration.ofDays(30));

        public Settings {
            if (deviceLifetime.compareTo(Duration.ofMinutes(1)) < 0
                    || serverLifetime.compareTo(Duration.ofMinutes(1)) < 0) {
                throw new IllegalArgumentException("a certificate lives at least a minute");
            }
        }
    }

    private LocalCertificateAuthority(
            Hierarchy hierarchy, RevokedSerials revoked, Settings settings, InstantSource clock, SecureRandom random) {
        this.hierarchy = hierarchy;
        this.issuer = hierarchy.issuer();
        this.revoked = revoked;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Opens the authority in a directory, or makes a new one where there is none yet: the directory with mode 0700, in it
     * {@code authority.pem} (certificates and PKCS#8 keys, mode 0600) and {@code root.crt} (for whoever is to trust it).
     * Never makes a new one where files of another are left.
     *
     * @throws BackendRefusedException the files are incomplete, damaged or do not belong together; the message says what to
     *     do
     * @throws BackendUnavailableException the directory cannot be read or written
     */
    public static LocalCertificateAuthority open(
            Path directory, Settings settings, InstantSource clock, SecureRandom random) {
        try {
            AuthorityDirectory files = new AuthorityDirectory(directory);
            Hierarchy hierarchy = files.openHierarchy(clock.instant().minus(BACKDATE), random);
            return new LocalCertificateAuthority(hierarchy, files.openRevoked(), settings, clock, random);
        } catch (IOException e) {
            throw new BackendUnavailableException(
                    "the authority's directory " + directory + " cannot be read or written", Effect.NONE, e);
        }
    }

    @Override
    public IssuedCertificate sign(CertificateSigningRequest request) {
        requireNotInterrupted();
        String name = request.subject().text();
        return issued(
                name,
                request.publicKeyInfo(),
                KeyPurposeId.id_kp_clientAuth,
                List.of(new GeneralName(GeneralName.dNSName, name)),
                settings.deviceLifetime());
    }

    @Override
    public IssuedCertificate issueServerCertificate(byte[] csr, List<String> names) {
        requireNotInterrupted();
        List<GeneralName> alternativeNames = alternativeNames(names);
        UnverifiedCsr request = reader.read(csr)
                .filter(UnverifiedCsr::provesPossession)
                .orElseThrow(() -> refused("the request is not PKCS#10, or is not signed with its own key"));
        if (names.isEmpty() || !request.commonNames().equals(names.subList(0, 1))) {
            throw refused("the request's common name is not the first of the names " + names);
        }
        return issued(
                names.get(0),
                request.publicKeyInfo(),
                KeyPurposeId.id_kp_serverAuth,
                alternativeNames,
                settings.serverLifetime());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Remembered in {@code revoked.txt}. A serial number this authority does not know is remembered too, as step-ca does
     * (observed: step-ca v0.30.2): the authority keeps no list of what it issued.
     */
    @Override
    public Revocation revoke(BigInteger serial) {
        requireNotInterrupted();
        if (serial.signum() <= 0 || serial.bitLength() > MAX_SERIAL_BITS) {
            throw refused("no certificate has the serial number " + serial);
        }
        try {
            return revoked.add(serial, clock.instant()) ? Revocation.REVOKED : Revocation.ALREADY_REVOKED;
        } catch (IOException e) {
            throw new BackendUnavailableException("the revocation could not be written down", Effect.POSSIBLE, e);
        }
    }

    /** It renews nothing for anybody. */
    @Override
    public Renewal renewal() {
        return Renewal.DISABLED;
    }

    /** The serial numbers of every certificate taken back, as of now. */
    public Set<BigInteger> revoked() {
        return revoked.all();
    }

    @Override
    public List<X509Certificate> authorities() {
        return hierarchy.authorities();
    }

    @Override
    public Duration deadline() {
        return DEADLINE;
    }

    private IssuedCertificate issued(
            String commonName, byte[] key, KeyPurposeId purpose, List<GeneralName> names, Duration lifetime) {
        Instant now = clock.instant();
        Instant end = hierarchy.issuing().getNotAfter().toInstant();
        if (!end.isAfter(now)) {
            throw new BackendRefusedException(
                    "the issuing CA ended " + end + ": begin with a new authority in an empty directory",
                    Fault.BACKEND,
                    Effect.NONE);
        }
        Instant notAfter = now.plus(lifetime);
        CertificateTemplate template = new CertificateTemplate(
                CertificateTemplate.named(commonName),
                SubjectPublicKeyInfo.getInstance(key),
                now.minus(BACKDATE),
                notAfter.isAfter(end) ? end : notAfter);
        return new IssuedCertificate(template.leaf(purpose, names, issuer, random), hierarchy.authorities());
    }

    private static List<GeneralName> alternativeNames(List<String> names) {
        try {
            return names.stream().map(CertificateTemplate::alternativeName).toList();
        } catch (IllegalArgumentException e) {
            throw new BackendRefusedException("a wrong name: " + e.getMessage(), Fault.REQUEST, Effect.NONE, e);
        }
    }

    private static void requireNotInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackendUnavailableException("the calling thread is interrupted", Effect.NONE);
        }
    }

    private static BackendRefusedException refused(String message) {
        return new BackendRefusedException(message, Fault.REQUEST, Effect.NONE);
    }
}
