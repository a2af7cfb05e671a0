package io.provisioningbridge.app;

import io.javalin.util.JavalinBindException;
import io.provisioningbridge.adapter.bouncycastle.BouncyCastleCsrReader;
import io.provisioningbridge.adapter.bouncycastle.BouncyCastleSignedRequestReader;
import io.provisioningbridge.adapter.bouncycastle.LocalCertificateAuthority;
import io.provisioningbridge.adapter.jdbc.JdbcDeviceStore;
import io.provisioningbridge.adapter.jdbc.SqliteStores;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.adapter.stepca.ProvisionerLogin;
import io.provisioningbridge.adapter.stepca.StepCaCertificateAuthority;
import io.provisioningbridge.adapter.stepca.StepCaSettings;
import io.provisioningbridge.adapter.wireguard.AllowedIps;
import io.provisioningbridge.adapter.wireguard.CommandTunnelPeers;
import io.provisioningbridge.adapter.wireguard.Endpoint;
import io.provisioningbridge.adapter.wireguard.Mtu;
import io.provisioningbridge.adapter.wireguard.PeerConfFile;
import io.provisioningbridge.adapter.wireguard.UapiTunnelPeers;
import io.provisioningbridge.adapter.wireguard.WireGuardServerFiles;
import io.provisioningbridge.adapter.wireguard.WireGuardSettings;
import io.provisioningbridge.app.config.AuthorityConfig;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.HostPort;
import io.provisioningbridge.app.config.ListenerConfig;
import io.provisioningbridge.app.config.OperatorConfig;
import io.provisioningbridge.app.config.Provisioner;
import io.provisioningbridge.app.config.TlsConfig;
import io.provisioningbridge.app.config.TunnelConfig;
import io.provisioningbridge.app.http.HttpServer;
import io.provisioningbridge.app.http.HttpSettings;
import io.provisioningbridge.app.http.OperatorTokens;
import io.provisioningbridge.app.http.TrustedProxies;
import io.provisioningbridge.app.tls.ServerNames;
import io.provisioningbridge.app.tls.ServerTls;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.enrollment.EnrollmentPolicy;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.core.port.SignedRequestReader;
import io.provisioningbridge.core.port.TunnelPeers;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes each part of a bridge from its section of the configuration. */
final class Parts {

    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    // Where every userspace WireGuard has its sockets.
    private static final Path UAPI_SOCKETS = Path.of("/var/run/wireguard");
    private static final Duration TUNNEL_DEADLINE = Duration.ofSeconds(30);

    private Parts() {}

    static JdbcDeviceStore store(DataDirectory data, AddressPools pools, InstantSource clock, SecureRandom random) {
        try {
            JdbcDeviceStore store = SqliteStores.open(data.database(), pools, clock, random);
            store.openWarnings().forEach(LOG::warn);
            return store;
        } catch (BackendException | IllegalStateException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Verifies natively where the process can, otherwise by BouncyCastle, which is faster at it than the JDK. */
    static CsrReader csrReader() {
        return NativeCryptography.provider().map(BouncyCastleCsrReader::new).orElseGet(BouncyCastleCsrReader::new);
    }

    /** Verifies as {@link #csrReader} does. */
    static SignedRequestReader signedRequestReader() {
        return NativeCryptography.provider()
                .map(BouncyCastleSignedRequestReader::new)
                .orElseGet(BouncyCastleSignedRequestReader::new);
    }

    static Authority authority(
            BridgeConfig config, DataDirectory data, InstantSource clock, SecureRandom random, Closing closing) {
        return config.authority() instanceof AuthorityConfig.StepCa stepCa
                ? stepCa(config, stepCa, clock, random, closing)
                : embedded(config, data, clock, random);
    }

    private static Authority stepCa(
            BridgeConfig config,
            AuthorityConfig.StepCa stepCa,
            InstantSource clock,
            SecureRandom random,
            Closing closing) {
        StepCaSettings settings = StepCaSettings.of(
                stepCa.url(), new CertificateFingerprint(stepCa.anchor().hex()), login(stepCa.provisioner()));
        Optional<Duration> lifetime = config.enrollment().certificateLifetime();
        if (lifetime.isPresent()) {
            settings = settings.withCertificateLifetime(lifetime.get());
        }
        Optional<Provisioner> server =
                config.listener().tls() instanceof TlsConfig.Auto auto ? auto.provisioner() : Optional.empty();
        if (server.isPresent()) {
            settings = settings.withServerProvisioner(login(server.get()));
        }
        ExecutorService background = Executors.newCachedThreadPool(DaemonThreads.named("step-ca"));
        closing.opened(background::shutdownNow);
        StepCaCertificateAuthority authority =
                closing.opened(new StepCaCertificateAuthority(settings, background, clock, random));
        return new Authority(authority, authority, authority::problem);
    }

    private static ProvisionerLogin login(Provisioner provisioner) {
        return new ProvisionerLogin(provisioner.name(), provisioner.password());
    }

    private static Authority embedded(
            BridgeConfig config, DataDirectory data, InstantSource clock, SecureRandom random) {
        LocalCertificateAuthority.Settings settings = config.enrollment()
                .certificateLifetime()
                .map(lifetime -> new LocalCertificateAuthority.Settings(
                        lifetime, LocalCertificateAuthority.Settings.DEFAULT.serverLifetime()))
                .orElse(LocalCertificateAuthority.Settings.DEFAULT);
        try {
            LocalCertificateAuthority authority =
                    LocalCertificateAuthority.open(data.authority(), settings, clock, random);
            return new Authority(authority, authority, Optional::empty);
        } catch (BackendException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    static WireGuardSettings tunnel(TunnelConfig tunnel) {
        String allowedIps =
                tunnel.clientAllowedIps().stream().map(Object::toString).collect(Collectors.joining(","));
        return new WireGuardSettings(
                tunnel.serverKey(),
                new Endpoint(
                        tunnel.serverEndpoint().host(), tunnel.serverEndpoint().port()),
                AllowedIps.parse(allowedIps).orThrow(),
                tunnel.clientMtu().isPresent() ? new Mtu(tunnel.clientMtu().getAsInt()) : Mtu.AUTOMATIC);
    }

    static TunnelPeers peers(TunnelConfig tunnel, Closing closing) {
        return switch (tunnel.apply()) {
            case FILE ->
                new PeerConfFile(new WireGuardServerFiles(tunnel.directory(), tunnel.interfaceName()).configuration());
            case UAPI ->
                closing.opened(
                        new UapiTunnelPeers(UAPI_SOCKETS.resolve(tunnel.interfaceName() + ".sock"), TUNNEL_DEADLINE));
            case COMMAND -> new CommandTunnelPeers(tunnel.interfaceName(), List.of(), TUNNEL_DEADLINE);
        };
    }

    /** What devices call the bridge, and so what its certificate is good for. */
    static Set<String> serverNames(ListenerConfig listener) {
        return new LinkedHashSet<>(listener.publicUrl().map(ServerNames::of).orElseGet(ServerNames::ofThisHost));
    }

    /** No device may be called what one of our own servers is called. */
    static EnrollmentPolicy policy(BridgeConfig config, Set<String> serverNames) {
        Set<String> reserved = new LinkedHashSet<>(config.enrollment().reservedIds());
        reserved.addAll(serverNames);
        return EnrollmentPolicy.open(reserved).with(config.enrollment().reenrollment());
    }

    static ServerTls tls(
            BridgeConfig config,
            Set<String> names,
            Authority authority,
            DataDirectory data,
            InstantSource clock,
            SecureRandom random) {
        TlsConfig tls = config.listener().tls();
        if (tls instanceof TlsConfig.Files files) {
            return ServerTls.files(files.certificate(), files.key(), clock).fold(found -> found, problem -> {
                throw new StartException(problem);
            });
        }
        if (tls instanceof TlsConfig.Off) {
            return ServerTls.off();
        }
        try {
            return ServerTls.auto(
                    data.tls(),
                    List.copyOf(names),
                    authority.serverCertificates(),
                    authority.certificates()::authorities,
                    clock,
                    random);
        } catch (IOException e) {
            throw new StartException("The listener's own key cannot be kept: " + e.getMessage(), e);
        }
    }

    static HttpSettings http(ListenerConfig listener) {
        return HttpSettings.of(listener.listen().host(), listener.listen().port())
                .withTrustedProxies(TrustedProxies.of(listener.trustedProxies()));
    }

    /** Plain on loopback addresses, where nobody can listen; otherwise as the device listener, which is started before. */
    static ServerTls operatorTls(OperatorConfig operators, ServerTls devices) {
        return operators.isLocal() ? ServerTls.off() : devices;
    }

    static HttpSettings operatorHttp(OperatorConfig operators) {
        return HttpSettings.of(operators.listen().host(), operators.listen().port());
    }

    static OperatorTokens tokens(OperatorConfig operators, DataDirectory data, SecureRandom random) {
        return new OperatorTokens(
                token(operators.operatorToken(), data.operatorToken(), random),
                token(operators.viewerToken(), data.viewerToken(), random));
    }

    /** One or two, each as good as the other. */
    static List<Secret> webhookSecrets(BridgeConfig config, DataDirectory data, SecureRandom random) {
        List<Secret> configured = config.webhookSecrets();
        return configured.isEmpty() ? List.of(token(Optional.empty(), data.webhookSecret(), random)) : configured;
    }

    private static Secret token(Optional<Secret> configured, Path file, SecureRandom random) {
        return configured.orElseGet(() -> {
            try {
                return TokenFile.open(file, random);
            } catch (IOException | UnsupportedOperationException e) {
                throw new StartException("The token " + file + " cannot be kept: " + e.getMessage(), e);
            }
        });
    }

    /** @throws StartException the address is taken, or not ours */
    static HttpServer listening(HostPort listen, Supplier<HttpServer> server) {
        try {
            return server.get();
        } catch (JavalinBindException e) {
            throw new StartException("It cannot listen on " + listen + ": " + e.getMessage(), e);
        }
    }
}
