package io.provisioningbridge.app;

import io.provisioningbridge.core.port.CertificateAuthority;

/** A bridge that serves. Closing it finishes what is under way and lets go of everything; closing twice is harmless. */
public final class RunningBridge implements AutoCloseable {

    private final int port;
    private final CertificateAuthority authority;
    private final Closing closing;

    RunningBridge(int port, CertificateAuthority authority, Closing closing) {
        this.port = port;
        this.authority = authority;
        this.closing = closing;
    }

    /** Where the device listener listens. */
    public int port() {
        return port;
    }

    /** Whose certificates it hands out. */
    public CertificateAuthority authority() {
        return authority;
    }

    @Override
    public void close() {
        closing.close();
    }
}
