package io.provisioningbridge.core.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Requests;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

/** Everything that keeps a certificate from being handed out. */
class IssuanceCheckTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final SettableClock clock = new SettableClock(NOW);
    private final InMemoryCertificateAuthority authority = new InMemoryCertificateAuthority(clock);
    private final DeviceKey key = DeviceKey.p256();
    private final CertificateSigningRequest request =
            Requests.proven("dev-1", CsrBuilder.forDevice("dev-1").key(key));
    private final IssuanceCheck check = new IssuanceCheck();

    private String problemWith(IssuedCertificate issued) {
        return check.problemWith(issued, request, clock.instant());
    }

    /** Of the request's own key, and otherwise as asked for by the test; signed by itself. */
    private X509Certificate leaf(String commonName, boolean authorityBit, BigInteger serial) throws Exception {
        X500Name name = new X500Name("CN=" + commonName);
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                serial,
                Date.from(NOW),
                Date.from(NOW.plus(Duration.ofDays(1))),
                name,
                key.pair().getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authorityBit));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                        .build(key.pair().getPrivate())));
    }

    private IssuedCertificate alone(String commonName, boolean authorityBit, BigInteger serial) throws Exception {
        return new IssuedCertificate(leaf(commonName, authorityBit, serial), authority.authorities());
    }

    @Test
    void certificateAsAskedForShouldBeFine() {
        assertThat(problemWith(authority.sign(request))).isEmpty();
    }

    @Test
    void anotherKeyShouldBeNoticed() {
        assertThat(problemWith(authority.sign(Requests.proven("dev-1")))).contains("another key");
    }

    @Test
    void anotherNameShouldBeNoticed() throws Exception {
        assertThat(problemWith(alone("dev-2", false, BigInteger.TEN))).contains("common name");
        assertThat(problemWith(alone("dev-1,CN=dev-2", false, BigInteger.TEN))).contains("common name");
        assertThat(problemWith(alone("DEV-1", false, BigInteger.TEN))).contains("common name");
    }

    @Test
    void authorityShouldBeNoticed() throws Exception {
        assertThat(problemWith(alone("dev-1", true, BigInteger.TEN))).contains("CA certificate");
    }

    @Test
    void serialNumberThatCannotBeStoredShouldBeNoticed() throws Exception {
        assertThat(problemWith(alone("dev-1", false, BigInteger.ONE.shiftLeft(160))))
                .contains("serial number");
    }

    @Test
    void validityOutsideOfNowShouldBeNoticed() {
        IssuedCertificate issued = authority.sign(request);
        X509Certificate leaf = issued.leaf();

        clock.set(leaf.getNotBefore().toInstant().minus(IssuanceCheck.CLOCK_SKEW));
        assertThat(problemWith(issued)).as("within the skew").isEmpty();
        clock.tick(Duration.ofSeconds(-1));
        assertThat(problemWith(issued)).contains("valid only from");
        clock.set(leaf.getNotAfter().toInstant());
        assertThat(problemWith(issued)).contains("it ended");
    }

    @Test
    void chainThatDoesNotLinkUpShouldBeNoticed() {
        IssuedCertificate issued = authority.sign(request);
        List<X509Certificate> chain = issued.authorities();
        List<X509Certificate> reversed = new ArrayList<>(chain);
        Collections.reverse(reversed);

        assertThat(problemWith(new IssuedCertificate(issued.leaf(), List.of()))).contains("empty");
        assertThat(problemWith(new IssuedCertificate(issued.leaf(), reversed))).contains("does not link up");
        assertThat(problemWith(new IssuedCertificate(issued.leaf(), chain.subList(0, 1))))
                .as("no root")
                .contains("does not link up");
        assertThat(problemWith(
                        new IssuedCertificate(issued.leaf(), new InMemoryCertificateAuthority(clock).authorities())))
                .as("another authority's")
                .contains("does not link up");
    }
}
