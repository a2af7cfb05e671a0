package io.provisioningbridge.app.tls;

import java.util.Optional;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Plain HTTP. */
enum NoTls implements ServerTls {
    INSTANCE;

    @Override
    public Optional<SslContextFactory.Server> contextFactory() {
        return Optional.empty();
    }

    @Override
    public boolean trustworthy() {
        return true;
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public Optional<String> warning() {
        return Optional.empty();
    }

    @Override
    public void runDue() {
        // There is nothing to be renewed.
    }
}
