package io.provisioningbridge.app.tls;

import io.provisioningbridge.adapter.bouncycastle.ServerKey;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the bridge keeps its own TLS key and the last certificate for it. */
final class CertificateDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateDirectory.class);

    private final Path directory;
    private final SecureRandom random;

    CertificateDirectory(Path directory, SecureRandom random) {
        this.directory = directory;
        this.random = random;
    }

    /** The key; made, with mode 0600, when there is none. @throws IOException it cannot be written, or is damaged */
    ServerKey key() throws IOException {
        Files.createDirectories(directory);
        return ServerKey.open(directory.resolve("server.key"), random);
    }

    /** The last certificate, with all that is above it; empty when there is none that fits the key. */
    Optional<ServerIdentity> load(ServerKey key) throws IOException {
        if (!Files.exists(certificate())) {
            return Optional.empty();
        }
        List<X509Certificate> chain = Pem.parseCertificates(
                        Files.readString(certificate(), StandardCharsets.ISO_8859_1))
                .value()
                .orElse(List.of());
        Optional<ServerIdentity> identity = chain.isEmpty()
                ? Optional.empty()
                : Optional.of(new ServerIdentity(key.privateKey(), chain)).filter(ServerIdentity::keyFits);
        if (identity.isEmpty()) {
            LOG.warn("{} is damaged or belongs to another key; it will be replaced", certificate());
        }
        return identity;
    }

    /** Keeps a certificate: all of it, or the one before. */
    void keep(IssuedCertificate issued) throws IOException {
        List<X509Certificate> chain = new ArrayList<>(List.of(issued.leaf()));
        chain.addAll(issued.authorities());
        Path fresh = directory.resolve("server.crt.new");
        Files.writeString(fresh, Pem.of(chain), StandardCharsets.US_ASCII);
        Files.move(fresh, certificate(), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path certificate() {
        return directory.resolve("server.crt");
    }
}
