package io.provisioningbridge.adapter.stepca;

import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;

/**
 * Trust in one certificate and what it signed.
 *
 * @param anchor the certificate whose fingerprint was known; a root, or a CA below one
 * @param context trusts nothing but the anchor; host names are checked by whoever uses it, as usual
 */
public record PinnedTrust(X509Certificate anchor, SSLContext context) {}
