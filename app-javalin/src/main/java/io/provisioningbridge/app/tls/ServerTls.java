package io.provisioningbridge.app.tls;

import java.util.Optional;
import org.eclipse.jetty.util.ssl.SslContextFactory;

public interface ServerTls {
    Optional<SslContextFactory.Server> contextFactory();

    boolean trustworthy();

    static ServerTls off() {
        return new ServerTls() {
            @Override
            public Optional<SslContextFactory.Server> contextFactory() {
                return Optional.empty();
            }

            @Override
            public boolean trustworthy() {
                return true;
            }
        };
    }
}
