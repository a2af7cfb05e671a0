package io.provisioningbridge.app.tls;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * How the device listener is secured, and with which certificate at the moment. Starts no thread: the host calls
 * {@link #runDue} about once a second. A new certificate is presented to new connections; those that are open stay. Safe for
 * concurrent use.
 */
public sealed interface ServerTls permits AutoTls, FileTls, NoTls {

    /** What the listener's TLS is made of, the same object for ever; empty for plain HTTP. */
    Optional<SslContextFactory.Server> contextFactory();

    /** Whether the certificate presented is one that devices can trust; until then they are not to be answered. */
    boolean trustworthy();

    /** Why the bridge is not ready, in words that anybody may read; empty when it presents a valid certificate. */
    Optional<String> problem();

    /** What is going to be a problem unless somebody looks, in words that anybody may read. */
    Optional<String> warning();

    /** Gets, renews or reloads the certificate when that is due. Blocks as long as the issuer does; calls do not overlap. */
    void runDue();

    /**
     * A certificate from an authority, renewed by itself at two thirds of its life, or when the names or the authority change.
     * The key and the last certificate are kept in a directory; until there is one, a certificate nobody can trust is
     * presented. An authority that is down is asked again later, for ever.
     *
     * @param directory is made when it is not there; holds {@code server.key} (0600) and {@code server.crt}
     * @param names what the certificate is to be good for, see {@link ServerNames}
     * @param authorities the certificates in force of the same authority, issuing CA first; may throw
     *     {@link io.provisioningbridge.core.port.BackendUnavailableException}
     * @throws IOException the directory cannot be written, or holds a damaged key
     */
    static ServerTls auto(
            Path directory,
            List<String> names,
            ServerCertificateIssuer issuer,
            Supplier<List<X509Certificate>> authorities,
            InstantSource clock,
            SecureRandom random)
            throws IOException {
        return AutoTls.open(new CertificateDirectory(directory, random), names, issuer, authorities, clock, random);
    }

    /**
     * A certificate from elsewhere, in PEM: the leaf and what is above it in one file, its unencrypted key in another. Both are
     * read again when they change; what does not fit together is logged and the old certificate stays.
     *
     * @return the problem in words when there is nothing to begin with
     */
    static Parsed<ServerTls> files(Path certificate, Path key, InstantSource clock) {
        return FileTls.open(certificate, key, clock);
    }

    /** Plain HTTP, for a proxy in front that does TLS. */
    static ServerTls off() {
        return NoTls.INSTANCE;
    }
}
