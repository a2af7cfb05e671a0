package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** What every {@link ServerCertificateIssuer} does. */
public interface ServerCertificateIssuerContract {

    /** X.509 extended key usage: TLS server. */
    String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    /** The issuer under test; it must grant these tests the names {@code bridge.example.com}, 127.0.0.1 and ::1. */
    ServerCertificateIssuer serverCertificateIssuer();

    /** The root as it is known from elsewhere than the port, where there is such a place. */
    X509Certificate trustedRoot();

    @Test
    default void issueServerCertificateShouldServeEveryNameOverTls() throws Exception {
        DeviceKey key = DeviceKey.p256();
        IssuedCertificate issued = serverCertificateIssuer()
                .issueServerCertificate(
                        CsrBuilder.forDevice("bridge.example.com").key(key).der(),
                        List.of("bridge.example.com", "127.0.0.1", "::1"));

        TlsTrial trial = new TlsTrial(key, issued, trustedRoot());
        trial.connectAs("bridge.example.com");
        trial.connectAs("127.0.0.1");
        trial.connectAs("::1");
        assertThatThrownBy(() -> trial.connectAs("other.example.com")).isInstanceOf(SSLException.class);
    }

    @Test
    default void issueServerCertificateShouldIssueALeafForTlsServers() throws Exception {
        CsrBuilder csr = CsrBuilder.forDevice("127.0.0.1");
        IssuedCertificate issued = serverCertificateIssuer().issueServerCertificate(csr.der(), List.of("127.0.0.1"));

        X509Certificate leaf = issued.leaf();
        assertThat(leaf.getPublicKey().getEncoded()).isEqualTo(csr.key().publicKeyInfo());
        assertThat(leaf.getExtendedKeyUsage()).contains(SERVER_AUTH);
        assertThat(leaf.getBasicConstraints()).as("no CA").isEqualTo(-1);
        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(7, "127.0.0.1"));
        assertThat(issued.authorities()).last().isEqualTo(trustedRoot());
    }

    @Test
    default void issueServerCertificateShouldTakeARequestThatHoldsTheNamesItself() throws Exception {
        CsrBuilder csr = CsrBuilder.forDevice("bridge.example.com").dnsNames("bridge.example.com");

        X509Certificate leaf = serverCertificateIssuer()
                .issueServerCertificate(csr.der(), List.of("bridge.example.com"))
                .leaf();

        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(2, "bridge.example.com"));
    }

    @Test
    default void issueServerCertificateShouldRefuseARequestWithoutProof() {
        byte[] unproven =
                CsrBuilder.forDevice("bridge.example.com").brokenSignature().der();

        assertThatThrownBy(
                        () -> serverCertificateIssuer().issueServerCertificate(unproven, List.of("bridge.example.com")))
                .isInstanceOf(BackendRefusedException.class);
    }

    @Test
    default void issueServerCertificateShouldRefuseWhatIsNoRequest() {
        assertThatThrownBy(() -> serverCertificateIssuer()
                        .issueServerCertificate(new byte[] {0x30, 0}, List.of("bridge.example.com")))
                .isInstanceOf(BackendRefusedException.class);
    }
}
