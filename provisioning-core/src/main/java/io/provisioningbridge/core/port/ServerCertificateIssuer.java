package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.IssuedCertificate;
import java.util.List;

/** An authority that can also certify the bridge's own HTTPS listener. Safe for concurrent use. */
public interface ServerCertificateIssuer {

    /**
     * Has a TLS server certificate issued.
     *
     * @param csr PKCS#10 DER, signed with the server's key, its CN the first of {@code names}
     * @param names host names and IP literals the certificate is to be good for, at least one
     * @return a leaf that is good for {@code serverAuth} and those names, with the chain above it
     * @throws BackendUnavailableException try later
     * @throws BackendRefusedException the authority will not; also when what it issues is not good for {@code serverAuth},
     *     with a message that says so
     */
    IssuedCertificate issueServerCertificate(byte[] csr, List<String> names);
}
