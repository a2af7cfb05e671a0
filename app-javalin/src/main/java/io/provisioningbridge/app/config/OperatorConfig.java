package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Secret;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where operators reach the bridge, and who they are.
 *
 * @param listen what the process binds to
 * @param operatorToken of those who may change something; empty: the one in the data directory
 * @param viewerToken of those who may look; likewise
 * @param signingKey file of the key that signs receipts; likewise
 */
public record OperatorConfig(
        HostPort listen, Optional<Secret> operatorToken, Optional<Secret> viewerToken, Optional<Path> signingKey) {

    /** Whether nobody but this machine can connect: then the listener speaks plain HTTP. */
    public boolean isLocal() {
        return isLocal(listen.host());
    }

    static boolean isLocal(String host) {
        return host.equalsIgnoreCase("localhost")
                || IpLiterals.parse(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }
}
