package io.provisioningbridge.app.endtoend;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.CertificateAuthority;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/** An authority that refuses to revoke for as long as it is told to, and is another one otherwise. */
final class RefusingAuthority implements CertificateAuthority {

    private final CertificateAuthority authority;
    private volatile boolean refuses;

    RefusingAuthority(CertificateAuthority authority) {
        this.authority = authority;
    }

    void refuseToRevoke(boolean now) {
        refuses = now;
    }

    @Override
    public IssuedCertificate sign(CertificateSigningRequest request) {
        return authority.sign(request);
    }

    @Override
    public Revocation revoke(BigInteger serial) {
        if (refuses) {
            throw new BackendRefusedException("refused by the test", Fault.BACKEND, Effect.NONE);
        }
        return authority.revoke(serial);
    }

    @Override
    public List<X509Certificate> authorities() {
        return authority.authorities();
    }

    @Override
    public Duration deadline() {
        return authority.deadline();
    }
}
