package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.port.BackendUnavailableException;
import java.nio.file.Path;
import java.time.Duration;

/** Asks a socket for its peers and prints why that failed. */
final class CallSocket {

    private CallSocket() {}

    public static void main(String[] arguments) {
        try (UapiTunnelPeers peers = new UapiTunnelPeers(Path.of(arguments[0]), Duration.ofSeconds(5))) {
            System.out.println("knows " + peers.observe().size() + " peers");
        } catch (BackendUnavailableException e) {
            System.out.println(e.getMessage());
        }
    }
}
