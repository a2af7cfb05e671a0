package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Requests;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every {@link CertificateAuthority} does. The tests ask for certificates of devices named {@code contract-…} and revoke
 * only those they asked for, so that an authority may serve all of them, and others at the same time.
 */
public interface CertificateAuthorityContract {

    /** X.509 extended key usage: TLS client. */
    String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    /** X.509 extended key usage: code signing. */
    String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

    /** The authority under test, ready to sign. */
    CertificateAuthority authority();

    /** The authority's clock. */
    default InstantSource clock() {
        return InstantSource.system();
    }

    /**
     * The root as it is known from elsewhere than the port: from the authority's own files, say. An authority that exists
     * in memory only has none but that of the port.
     */
    default X509Certificate trustedRoot() {
        List<X509Certificate> authorities = authority().authorities();
        return authorities.get(authorities.size() - 1);
    }

    /** The kinds of key a device may have. */
    static Stream<DeviceKey> deviceKeys() {
        return Stream.of(DeviceKey.p256(), DeviceKey.p384(), DeviceKey.ed25519(), DeviceKey.rsa(2048));
    }

    @ParameterizedTest
    @MethodSource("deviceKeys")
    default void signShouldCertifyTheKeyUnderTheDevicesNameOnly(DeviceKey key) throws GeneralSecurityException {
        CertificateSigningRequest request = Requests.proven(
                "contract-kinds", CsrBuilder.forDevice("contract-kinds").key(key));

        X509Certificate leaf = authority().sign(request).leaf();

        assertThat(leaf.getPublicKey().getEncoded()).isEqualTo(key.publicKeyInfo());
        assertNamedOnly(leaf, "contract-kinds");
    }

    @Test
    default void signShouldTakeARequestThatNamesTheDeviceTwice() throws GeneralSecurityException {
        CertificateSigningRequest request = Requests.proven(
                "contract-San.1_x", CsrBuilder.forDevice("contract-San.1_x").dnsNames("contract-San.1_x"));

        assertNamedOnly(authority().sign(request).leaf(), "contract-San.1_x");
    }

    @Test
    default void signShouldTakeTheLongestName() throws GeneralSecurityException {
        String longest = "contract-" + "x".repeat(64 - "contract-".length());

        assertNamedOnly(authority().sign(Requests.proven(longest)).leaf(), longest);
    }

    @Test
    default void signShouldIssueALeafForTlsClientsThatIsValidNow() throws GeneralSecurityException {
        X509Certificate leaf =
                authority().sign(Requests.proven("contract-leaf")).leaf();

        assertThat(leaf.getBasicConstraints()).as("no CA").isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).contains(CLIENT_AUTH);
        Instant now = clock().instant();
        assertThat(leaf.getNotBefore().toInstant()).isBeforeOrEqualTo(now);
        assertThat(leaf.getNotAfter().toInstant()).isAfter(now.plus(Duration.ofMinutes(1)));
        assertThat(leaf.getSerialNumber()).isPositive();
        assertThat(leaf.getSerialNumber().bitLength()).isLessThanOrEqualTo(160);
    }

    @Test
    default void signShouldNotHonorExtensionsThatWereAskedFor() throws GeneralSecurityException {
        CertificateSigningRequest request = Requests.proven(
                "contract-greedy", CsrBuilder.forDevice("contract-greedy").askingForAuthority());

        X509Certificate leaf = authority().sign(request).leaf();

        assertThat(leaf.getBasicConstraints()).as("no CA").isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).contains(CLIENT_AUTH).doesNotContain(CODE_SIGNING);
        assertThat(leaf.getKeyUsage()).isNotNull();
        assertThat(leaf.getKeyUsage()[5]).as("keyCertSign").isFalse();
        assertThat(leaf.getKeyUsage()[6]).as("cRLSign").isFalse();
        assertNamedOnly(leaf, "contract-greedy");
    }

    @Test
    default void signShouldHandOverTheChainUpToTheRoot() throws GeneralSecurityException {
        IssuedCertificate issued = authority().sign(Requests.proven("contract-chain"));

        assertThat(issued.authorities()).isNotEmpty().isEqualTo(authority().authorities());
        X509Certificate below = issued.leaf();
        for (X509Certificate above : issued.authorities()) {
            assertThat(below.getIssuerX500Principal()).isEqualTo(above.getSubjectX500Principal());
            below.verify(above.getPublicKey());
            assertThat(above.getBasicConstraints()).as("a CA").isNotNegative();
            below = above;
        }
        assertThat(below).as("the last one").isEqualTo(trustedRoot());
        below.verify(below.getPublicKey());
    }

    @Test
    default void signShouldIssueWhatAPathValidatorAccepts() throws GeneralSecurityException {
        IssuedCertificate issued = authority().sign(Requests.proven("contract-path"));

        List<X509Certificate> path = new ArrayList<>(List.of(issued.leaf()));
        path.addAll(issued.authorities().subList(0, issued.authorities().size() - 1));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(trustedRoot(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(clock().instant()));
        // Throws when it does not accept.
        assertThat(CertPathValidator.getInstance("PKIX")
                        .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters))
                .isNotNull();
    }

    @Test
    default void signShouldIssueAnotherCertificateEachTime() {
        CertificateSigningRequest request = Requests.proven("contract-twice");

        X509Certificate first = authority().sign(request).leaf();
        X509Certificate second = authority().sign(request).leaf();

        assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
    }

    @Test
    default void signShouldServeManyAtOnce() throws Exception {
        int callers = 8;
        int each = 4;
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            List<Callable<X509Certificate>> calls = new ArrayList<>();
            for (int i = 0; i < callers * each; i++) {
                CertificateSigningRequest request = Requests.proven("contract-many-" + i);
                calls.add(() -> authority().sign(request).leaf());
            }
            Set<BigInteger> serials = new HashSet<>();
            int index = 0;
            for (Future<X509Certificate> call : pool.invokeAll(calls)) {
                X509Certificate leaf = call.get();
                assertNamedOnly(leaf, "contract-many-" + index++);
                serials.add(leaf.getSerialNumber());
            }
            assertThat(serials).hasSize(callers * each);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    default void signShouldGiveUpAtOnceOnAnInterruptedThread() {
        CertificateSigningRequest request = Requests.proven("contract-interrupted");
        Thread.currentThread().interrupt();
        boolean flagKept;
        try {
            assertThatThrownBy(() -> authority().sign(request)).isInstanceOf(BackendUnavailableException.class);
        } finally {
            flagKept = Thread.interrupted();
        }
        assertThat(flagKept).as("the interrupt flag").isTrue();
        assertThat(authority().sign(request).leaf()).as("the next call").isNotNull();
    }

    @Test
    default void revokeShouldSayWhetherItHadBeenDoneBefore() {
        BigInteger serial =
                authority().sign(Requests.proven("contract-revoked")).leaf().getSerialNumber();

        assertThat(authority().revoke(serial)).isEqualTo(CertificateAuthority.Revocation.REVOKED);
        assertThat(authority().revoke(serial)).isEqualTo(CertificateAuthority.Revocation.ALREADY_REVOKED);

        assertThat(authority().sign(Requests.proven("contract-revoked")).leaf().getSerialNumber())
                .as("the device's next certificate")
                .isNotEqualTo(serial);
    }

    @Test
    default void revokeShouldGiveUpAtOnceOnAnInterruptedThread() {
        BigInteger serial =
                authority().sign(Requests.proven("contract-revoked")).leaf().getSerialNumber();
        Thread.currentThread().interrupt();
        boolean flagKept;
        try {
            assertThatThrownBy(() -> authority().revoke(serial)).isInstanceOf(BackendUnavailableException.class);
        } finally {
            flagKept = Thread.interrupted();
        }
        assertThat(flagKept).as("the interrupt flag").isTrue();
        authority().revoke(serial);
    }

    @Test
    default void authoritiesShouldStayTheSame() {
        List<X509Certificate> before = authority().authorities();
        authority().sign(Requests.proven("contract-authorities"));

        assertThat(authority().authorities()).isEqualTo(before);
    }

    @Test
    default void deadlineShouldBePositiveAndBounded() {
        assertThat(authority().deadline()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5));
    }

    private static void assertNamedOnly(X509Certificate leaf, String deviceId) throws GeneralSecurityException {
        assertThat(leaf.getSubjectX500Principal().getName(X500Principal.RFC2253).split(","))
                .filteredOn(part -> part.startsWith("CN="))
                .containsExactly("CN=" + deviceId);
        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(2, deviceId));
    }
}
