package io.provisioningbridge.offenders.other;

import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSession;

/** Breaks: trust is decided in one class. Never used. */
final class TrustsEverybody implements HostnameVerifier {

    @Override
    public boolean verify(String hostname, SSLSession session) {
        return false;
    }
}
