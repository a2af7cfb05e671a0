package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.IssuedCertificate;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/**
 * Issues and revokes device certificates. Safe for concurrent use.
 *
 * <p>{@link #sign} is the one operation of any port that is <em>not</em> idempotent: each call that succeeds issues one
 * more certificate, which is why the core records an intent before it calls.
 */
public interface CertificateAuthority {

    /**
     * Has a device certificate issued: subject CN and only SAN are the request's subject, the key is the request's.
     *
     * <p>The answer is what the authority sent, not judged; the core checks it against the request. A thread that is
     * interrupted gives up at once with {@link BackendUnavailableException} and its interrupt flag set.
     *
     * @throws BackendUnavailableException the authority is not reached, not ready or too slow; its
     *     {@linkplain BackendException#effect() effect} says whether it may have signed
     * @throws BackendRefusedException it said no, or answered nonsense; the fault says whether another request could help
     */
    IssuedCertificate sign(CertificateSigningRequest request);

    /** What a revocation found. */
    enum Revocation {
        /** The authority says that it has revoked the certificate. */
        REVOKED,
        /** The authority knew it as revoked before. */
        ALREADY_REVOKED
    }

    /**
     * Takes a certificate back. Repeating it is harmless, and shows by its answer that the authority knows.
     *
     * @param serial of a certificate this authority issued
     * @throws BackendUnavailableException try later
     * @throws BackendRefusedException the authority will not, whatever the reason
     */
    Revocation revoke(BigInteger serial);

    /**
     * The authority's own certificates as they are in force now: issuing CA first, root last, each signed by the next.
     * Answered from memory where possible.
     *
     * @throws BackendUnavailableException they are not known yet
     */
    List<X509Certificate> authorities();

    /** The longest time {@link #sign} takes before it answers or fails. */
    Duration deadline();
}
