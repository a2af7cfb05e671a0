package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.util.IPAddress;

/**
 * A real authority that remembers nothing beyond the process: root, issuing CA, certificates that verify. Operations for the
 * {@link FaultPlan}: {@code sign} (nonsense: a certificate for another key), {@code revoke} (nonsense: it says
 * each time that it revoked just now), {@code authorities}, {@code issueServerCertificate}. Safe for concurrent use.
 */
public final class InMemoryCertificateAuthority implements CertificateAuthority, ServerCertificateIssuer {

    private final InstantSource clock;
    private final FaultPlan faults;
    private final Duration lifetime;
    private final InMemoryIssuer issuer;
    private final Map<BigInteger, X509Certificate> issued = new ConcurrentSkipListMap<>();
    private final Set<BigInteger> revoked = ConcurrentHashMap.newKeySet();

    /** Without faults; certificates live a day. */
    public InMemoryCertificateAuthority(InstantSource clock) {
        this(clock, new FaultPlan(), Duration.ofDays(1));
    }

    /** Certificates live for {@code lifetime}. */
    public InMemoryCertificateAuthority(InstantSource clock, FaultPlan faults, Duration lifetime) {
        this.clock = clock;
        this.faults = faults;
        this.lifetime = lifetime;
        this.issuer = new InMemoryIssuer(clock.instant());
    }

    @Override
    public IssuedCertificate sign(CertificateSigningRequest request) {
        return uninterrupted(() -> faults.call(
                "sign",
                () -> certify(request, SubjectPublicKeyInfo.getInstance(request.publicKeyInfo())),
                answer -> certify(request, issuer.ownPublicKey())));
    }

    private IssuedCertificate certify(CertificateSigningRequest request, SubjectPublicKeyInfo key) {
        String name = request.subject().text();
        return record(issuer.leaf(
                name,
                key,
                List.of(new GeneralName(GeneralName.dNSName, name)),
                KeyPurposeId.id_kp_clientAuth,
                clock.instant(),
                lifetime));
    }

    /**
     * What another issuing CA under the same root signs for another tenant: a certificate with a name that is perhaps one of
     * this authority's devices, too. Verifies with {@link #sibling()} and the root; counts as issued by nobody here.
     */
    public X509Certificate siblingsCertificate(DeviceKey key, String commonName) {
        SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(key.publicKeyInfo());
        return issuer.siblingsLeaf(commonName, info, clock.instant(), lifetime);
    }

    /** The issuing CA of another tenant, under the same root. */
    public X509Certificate sibling() {
        return issuer.sibling();
    }

    @Override
    public IssuedCertificate issueServerCertificate(byte[] csr, List<String> names) {
        return uninterrupted(() -> faults.call("issueServerCertificate", () -> {
            List<GeneralName> alternativeNames = new ArrayList<>();
            for (String name : names) {
                boolean address = IPAddress.isValid(name);
                alternativeNames.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name));
            }
            SubjectPublicKeyInfo key = new SimpleCsrReader()
                    .read(csr)
                    .filter(request ->
                            request.provesPossession() && request.commonNames().equals(names.subList(0, 1)))
                    .map(request -> SubjectPublicKeyInfo.getInstance(request.publicKeyInfo()))
                    .orElseThrow(() -> new BackendRefusedException(
                            "not a proven request for " + names.get(0), Fault.REQUEST, Effect.NONE));
            return record(issuer.leaf(
                    names.get(0), key, alternativeNames, KeyPurposeId.id_kp_serverAuth, clock.instant(), lifetime));
        }));
    }

    /** Stricter than some: refuses to revoke what it never issued. */
    @Override
    public Revocation revoke(BigInteger serial) {
        return uninterrupted(() -> faults.call("revoke", () -> takeBack(serial), answer -> Revocation.REVOKED));
    }

    private Revocation takeBack(BigInteger serial) {
        if (!issued.containsKey(serial)) {
            throw new BackendRefusedException("no certificate " + serial + " was issued", Fault.REQUEST, Effect.NONE);
        }
        return revoked.add(serial) ? Revocation.REVOKED : Revocation.ALREADY_REVOKED;
    }

    @Override
    public List<X509Certificate> authorities() {
        return faults.call("authorities", issuer::authorities);
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(10);
    }

    /** Every certificate issued so far, server certificates included. */
    public List<X509Certificate> issued() {
        return List.copyOf(issued.values());
    }

    /** The serial numbers of every certificate taken back. */
    public Set<BigInteger> revoked() {
        return Set.copyOf(revoked);
    }

    private IssuedCertificate record(X509Certificate leaf) {
        issued.put(leaf.getSerialNumber(), leaf);
        return new IssuedCertificate(leaf, issuer.authorities());
    }

    private static <T> T uninterrupted(Supplier<T> call) {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackendUnavailableException("the calling thread is interrupted", Effect.NONE);
        }
        return call.get();
    }
}
