package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.UnverifiedCsr;
import java.util.Optional;

/** Takes certificate requests apart without judging them. Safe for concurrent use, needs no backend. */
public interface CsrReader {

    /**
     * Reads one PKCS#10 request.
     *
     * @param der hostile bytes of any length
     * @return what it says; empty when the bytes are not exactly one request in DER. Never throws on bad bytes.
     */
    Optional<UnverifiedCsr> read(byte[] der);
}
