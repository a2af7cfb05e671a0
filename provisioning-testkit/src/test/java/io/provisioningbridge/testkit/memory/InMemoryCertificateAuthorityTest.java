package io.provisioningbridge.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import io.provisioningbridge.testkit.contract.CertificateAuthorityContract;
import io.provisioningbridge.testkit.contract.ServerCertificateIssuerContract;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.Requests;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryCertificateAuthorityTest implements CertificateAuthorityContract, ServerCertificateIssuerContract {

    // Handshakes check validity against the real clock.
    private final SettableClock clock = new SettableClock(InstantSource.system().instant());
    private final FaultPlan faults = new FaultPlan();
    private final InMemoryCertificateAuthority authority =
            new InMemoryCertificateAuthority(clock, faults, Duration.ofDays(1));

    @Override
    public CertificateAuthority authority() {
        return authority;
    }

    @Override
    public ServerCertificateIssuer serverCertificateIssuer() {
        return authority;
    }

    @Override
    public SettableClock clock() {
        return clock;
    }

    @Override
    public X509Certificate trustedRoot() {
        List<X509Certificate> authorities = authority.authorities();
        return authorities.get(authorities.size() - 1);
    }

    @Test
    void signShouldFollowTheClock() {
        clock.set(Instant.parse("2040-01-01T00:00:00Z"));

        X509Certificate leaf = authority.sign(Requests.proven("dev-1")).leaf();

        assertThat(leaf.getNotAfter()).isEqualTo("2040-01-02T00:00:00Z");
    }

    @Test
    void signShouldHaveSignedWhenTheAnswerWasLost() {
        faults.failAfter("sign", 1);

        assertThatThrownBy(() -> authority.sign(Requests.proven("dev-1")))
                .asInstanceOf(type(BackendUnavailableException.class))
                .extracting(BackendUnavailableException::effect)
                .isEqualTo(Effect.POSSIBLE);
        assertThat(authority.issued()).hasSize(1);
    }

    @Test
    void signShouldHaveSignedNothingWhileBrokenDown() {
        faults.breakDown("sign");

        assertThatThrownBy(() -> authority.sign(Requests.proven("dev-1")))
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(authority.issued()).isEmpty();
    }

    @Test
    void signShouldCertifyAnotherKeyWhenNonsenseIsPlanned() {
        faults.answerNonsense("sign", 1);
        CertificateSigningRequest request = Requests.proven("dev-1");

        assertThat(authority.sign(request).leaf().getPublicKey().getEncoded()).isNotEqualTo(request.publicKeyInfo());
        assertThat(authority.sign(request).leaf().getPublicKey().getEncoded()).isEqualTo(request.publicKeyInfo());
    }

    @Test
    void revokeShouldRefuseWhatWasNeverIssued() {
        assertThatThrownBy(() -> authority.revoke(BigInteger.TEN)).isInstanceOf(BackendRefusedException.class);
    }

    @Test
    void revokedShouldNameWhatWasRevoked() {
        BigInteger serial = authority.sign(Requests.proven("dev-1")).leaf().getSerialNumber();

        authority.revoke(serial);

        assertThat(authority.revoked()).containsExactly(serial);
    }
}
