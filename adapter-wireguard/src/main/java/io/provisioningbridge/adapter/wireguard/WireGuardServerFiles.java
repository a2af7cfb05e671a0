package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The files a tunnel server starts from, where {@code wg-quick} and the linuxserver image look for them:
 * {@code wg_confs/wg0.conf}, {@code server/privatekey-server} and {@code server/publickey-server} below one directory
 * (observed: linuxserver/wireguard 684a0dd).
 *
 * <p>The server's addresses have their networks' masks. The image's own template has none, so that its {@code wg-quick} makes
 * a route for each peer that is there at its start, and none for those that come later. For the same reason
 * {@code wg-quick} is told to make no routes: it spends 7 ms on each (measured: wireguard-tools 1.0.20210914).
 */
public final class WireGuardServerFiles {

    private static final String HEADER =
            "# WireGuard server of the Provisioning Bridge, made by `./bridge wireguard init`. Yours to change.\n";

    private final Path directory;
    private final String interfaceName;

    /**
     * @param directory which need not be there
     * @param interfaceName such as {@code wg0}
     */
    public WireGuardServerFiles(Path directory, String interfaceName) {
        this.directory = directory;
        this.interfaceName = interfaceName;
    }

    /** The server's configuration, which {@link PeerConfFile} puts the peers into. */
    public Path configuration() {
        return directory.resolve("wg_confs").resolve(interfaceName + ".conf");
    }

    /** The server's private key, as {@code wg} writes it. */
    public Path privateKey() {
        return directory.resolve("server").resolve("privatekey-server");
    }

    /** Its public key, for everybody to read. */
    public Path publicKey() {
        return directory.resolve("server").resolve("publickey-server");
    }

    /**
     * Makes a key pair and all files, those with the private key readable for their owner only. Nothing that is there is
     * touched.
     *
     * @param pools the networks of the tunnel
     * @param port where the server listens, UDP
     * @param random where the key comes from
     * @return the public key devices have to be told; or, to be shown, why nothing was made
     */
    public Parsed<PeerKey> create(AddressPools pools, int port, SecureRandom random) {
        List<Path> existing = new ArrayList<>(List.of(configuration(), privateKey(), publicKey()));
        existing.removeIf(file -> !Files.exists(file, LinkOption.NOFOLLOW_LINKS));
        if (!existing.isEmpty()) {
            return Parsed.invalid("there is a server already, and it stays as it is: "
                    + existing.stream().map(Path::toString).collect(Collectors.joining(", ")));
        }
        PeerKeyPair pair = X25519.generate(random);
        try {
            Files.createDirectories(configuration().resolveSibling(""));
            Files.createDirectories(privateKey().resolveSibling(""));
            // The configuration last: with it, all is there.
            write(privateKey(), DurableFiles.PRIVATE, pair.privateKey().reveal() + "\n");
            write(publicKey(), DurableFiles.MODE, pair.publicKey() + "\n");
            write(configuration(), DurableFiles.PRIVATE, text(pair, pools, port));
            return Parsed.valid(pair.publicKey());
        } catch (IOException e) {
            return Parsed.invalid("the server's files could not be made: " + e);
        }
    }

    private static void write(Path file, Set<PosixFilePermission> mode, String text) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        DurableFiles.write(temporary, mode, out -> out.write(text.getBytes(StandardCharsets.US_ASCII)));
        DurableFiles.rename(temporary, file);
    }

    private static String text(PeerKeyPair pair, AddressPools pools, int port) {
        String addresses = pools.subnets().stream()
                .map(subnet -> subnet.serverAddress() + "/" + subnet.prefixLength())
                .collect(Collectors.joining(", "));
        return HEADER
                + "[Interface]\n"
                + "PrivateKey = " + pair.privateKey().reveal() + "\n"
                + "Address = " + addresses + "\n"
                + "ListenPort = " + port + "\n"
                + "# The networks' own route serves all devices. For one of its own for each, wg-quick would need minutes.\n"
                + "Table = off\n"
                + "\n"
                + PeerBlock.EMPTY;
    }
}
