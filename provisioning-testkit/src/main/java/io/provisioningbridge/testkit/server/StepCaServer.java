package io.provisioningbridge.testkit.server;

import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A real step-ca of the test's own, on a free loopback port, its data in a temporary directory that {@link #close} removes.
 * Needs {@code step-ca} on the PATH ({@link RequiresServer}). It answers requests once a method that starts it has returned.
 * Not safe for concurrent use, though any number of clients may talk to the server.
 */
public final class StepCaServer implements AutoCloseable {

    private static final Duration START_PATIENCE = Duration.ofSeconds(30);
    private static final Duration INIT_PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final int port;
    private final List<X509Certificate> authorities;
    private final List<String> inside;
    private final List<String> command;
    private final HttpClient probe;
    private @Nullable ServerProcess process;

    private StepCaServer(
            Path directory, int port, List<X509Certificate> authorities, List<String> inside, List<String> command) {
        this.directory = directory;
        this.port = port;
        this.authorities = List.copyOf(authorities);
        this.inside = List.copyOf(inside);
        this.command = List.copyOf(command);
        this.probe = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .sslContext(trusting(root()))
                .build();
    }

    /**
     * What {@code step ca init} makes, untouched: a root, an intermediate, one JWK provisioner. Needs {@code step} besides.
     */
    public static StepCaServer initializedByStep(String provisionerName, String provisionerPassword) {
        return initializedByStep(List.of(), provisionerName, provisionerPassword);
    }

    /**
     * The same on the loopback address of another network, which needs {@code curl} besides.
     *
     * @param inside the words that run a command there ({@link NetworkNamespace#inside})
     */
    public static StepCaServer initializedByStep(
            List<String> inside, String provisionerName, String provisionerPassword) {
        Path directory = newDirectory();
        int port = freePort();
        Path caPassword = directory.resolve("ca.pass");
        Path provisionerPasswordFile = directory.resolve("provisioner.pass");
        try {
            Files.writeString(caPassword, "ca-secret");
            Files.writeString(provisionerPasswordFile, provisionerPassword);
            ServerProcess.run(
                    List.of(
                            "step",
                            "ca",
                            "init",
                            "--deployment-type=standalone",
                            "--name=Test CA",
                            "--dns=localhost",
                            "--dns=127.0.0.1",
                            "--address=127.0.0.1:" + port,
                            "--provisioner=" + provisionerName,
                            "--password-file=" + caPassword,
                            "--provisioner-password-file=" + provisionerPasswordFile),
                    directory,
                    directory.resolve("init.log"),
                    INIT_PATIENCE);
            List<X509Certificate> authorities = new ArrayList<>(read(StepCaConfiguration.intermediatesFile(directory)));
            authorities.addAll(read(StepCaConfiguration.rootFile(directory)));
            return started(new StepCaServer(
                    directory,
                    port,
                    authorities,
                    inside,
                    List.of(
                            "step-ca",
                            "--password-file",
                            caPassword.toString(),
                            StepCaConfiguration.file(directory).toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A root and one intermediate that issues. */
    public static StepCaServer oneIntermediate(StepCaProvisioner... provisioners) {
        return of(CertificateHierarchy.of("Test Root", "Test Intermediate"), List.of(provisioners));
    }

    /** A root, an ICA below it, and below that a Sub-CA that issues. */
    public static StepCaServer threeTier(StepCaProvisioner... provisioners) {
        return of(CertificateHierarchy.of("Test Root", "Test ICA", "Test Sub-CA"), List.of(provisioners));
    }

    /** With authorities of one's own; the lowest issues. */
    public static StepCaServer of(CertificateHierarchy hierarchy, List<StepCaProvisioner> provisioners) {
        Path directory = newDirectory();
        int port = freePort();
        StepCaConfiguration.write(directory, port, hierarchy, provisioners);
        return started(new StepCaServer(
                directory,
                port,
                hierarchy.authorities(),
                List.of(),
                List.of("step-ca", StepCaConfiguration.file(directory).toString())));
    }

    private static StepCaServer started(StepCaServer server) {
        try {
            server.start();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Starts it again with the same data on the same port. */
    public void start() {
        if (process != null && process.alive()) {
            throw new IllegalStateException("it is running");
        }
        process = ServerProcess.start(wrapped(command), directory, logFile(), this::healthy, START_PATIENCE);
    }

    /** Ends it in an orderly way; nothing listens any more. Stopping twice is harmless. */
    public void stop() {
        if (process != null) {
            process.stop();
        }
    }

    /** Ends it as a crash would. */
    public void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /**
     * Replaces the provisioners in the configuration; in force after the next {@link #start}. Only for a server that was not
     * made by {@link #initializedByStep}.
     */
    public void provisioners(StepCaProvisioner... provisioners) {
        if (command.contains("--password-file")) {
            throw new IllegalStateException("its configuration belongs to step");
        }
        StepCaConfiguration.writeProvisioners(directory, port, List.of(provisioners));
    }

    /** {@code https://localhost:<port>}. */
    public URI url() {
        return URI.create("https://localhost:" + port);
    }

    /** Its certificates: the issuing one first, the root last. */
    public List<X509Certificate> authorities() {
        return authorities;
    }

    public X509Certificate root() {
        return authorities.get(authorities.size() - 1);
    }

    /** SHA-256 of the root's DER in lower-case hex. */
    public String rootFingerprint() {
        return fingerprint(root());
    }

    /** SHA-256 of the DER of the certificate that issues, in lower-case hex. */
    public String issuingFingerprint() {
        return fingerprint(authorities.get(0));
    }

    /** Everything it printed, over all its starts; every request is in there with its one-time token. */
    public String log() {
        return ServerProcess.read(logFile());
    }

    public Path logFile() {
        return directory.resolve("step-ca.log");
    }

    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> wrapped(List<String> words) {
        List<String> all = new ArrayList<>(inside);
        all.addAll(words);
        return all;
    }

    private boolean healthy() {
        if (!inside.isEmpty()) {
            return healthyInside();
        }
        HttpRequest health = HttpRequest.newBuilder(url().resolve("/health"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return probe.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean healthyInside() {
        List<String> ask = List.of(
                "curl",
                "-sSf",
                "--cacert",
                StepCaConfiguration.rootFile(directory).toString(),
                url().resolve("/health").toString());
        try {
            ServerProcess.run(wrapped(ask), directory, directory.resolve("health.log"), START_PATIENCE);
            return true;
        } catch (IllegalStateException notYet) {
            return false;
        }
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext trusting(X509Certificate root) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("root", root);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<X509Certificate> read(Path pem) throws IOException {
        return Pem.parseCertificates(Files.readString(pem)).orThrow();
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("step-ca-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Free a moment ago; another process may take it before step-ca does, and then the start fails and says so. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
