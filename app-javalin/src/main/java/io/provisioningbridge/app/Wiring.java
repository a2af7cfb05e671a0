package io.provisioningbridge.app;

import io.provisioningbridge.adapter.jdbc.JdbcDeviceStore;
import io.provisioningbridge.adapter.jdbc.JdbcWorkQueue;
import io.provisioningbridge.adapter.wireguard.CdmPeersFile;
import io.provisioningbridge.adapter.wireguard.WireGuardTunnelConfigWriter;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.HawkbitConfig;
import io.provisioningbridge.app.http.DeviceApi;
import io.provisioningbridge.app.http.HealthCheck;
import io.provisioningbridge.app.http.HttpServer;
import io.provisioningbridge.app.http.OperatorApi;
import io.provisioningbridge.app.http.Readiness;
import io.provisioningbridge.app.http.WebhookActivity;
import io.provisioningbridge.app.http.WebhookApi;
import io.provisioningbridge.app.http.WebhookSecrets;
import io.provisioningbridge.app.receipt.ReceiptSigner;
import io.provisioningbridge.app.tls.ServerTls;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.drift.DriftReport;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.UpdateServer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a bridge is made of, from the configuration to the open listener. */
public final class Wiring {

    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    // ThingsBoard takes devices one by one and keeps each write waiting for 50 ms: it is side by side that it is fast.
    private static final int PLATFORM_WORKERS = 8;

    private Wiring() {}

    /**
     * A tenant's bridge: one process, SQLite in the data directory, step-ca or the embedded authority.
     *
     * @return the bridge, with its listeners open
     * @throws StartException our own configuration or files do not let it start; backends never do
     */
    public static RunningBridge production(BridgeConfig config) {
        Closing closing = new Closing();
        try {
            return production(config, InstantSource.system(), new SecureRandom(), closing);
        } catch (RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    private static RunningBridge production(
            BridgeConfig config, InstantSource clock, SecureRandom random, Closing closing) {
        DataDirectory data = closing.opened(DataDirectory.open(config.dataDirectory()));
        ReceiptSigner receipts = SigningKey.open(config.operators().signingKey(), data.path(), random);
        JdbcDeviceStore store = closing.opened(Parts.store(data, config.tunnel().pools(), clock, random));
        Authority authority = Parts.authority(config, data, clock, random, closing);
        Set<String> names = Parts.serverNames(config.listener());
        WatchedDirectory<CdmPeersFile> peers = new WatchedDirectory<>(peersFile(config, store));
        JdbcWorkQueue queue = store.workQueue();
        WatchedPeers tunnel = new WatchedPeers(
                Parts.peers(config.tunnel(), closing), config.tunnel().apply());
        Optional<Outside<UpdateServer>> updateServer = OutsideSystems.updateServer(config.hawkbit(), closing);
        List<Secret> webhookSecrets = Parts.webhookSecrets(config, data, random);
        Optional<Outside<DevicePlatform>> platform =
                OutsideSystems.platform(config.thingsBoard(), config.listener().publicUrl(), webhookSecrets, closing);
        ProvisioningBridge.Builder builder = ProvisioningBridge.builder()
                .store(store)
                .authority(authority.certificates())
                .csrReader(Parts.csrReader())
                .tunnelConfigWriter(new WireGuardTunnelConfigWriter(Parts.tunnel(config.tunnel()), random))
                .workQueue(queue)
                .tunnelPeers(tunnel)
                .addressQuarantine(config.tunnel().quarantine())
                .peerDirectory(peers)
                .policy(Parts.policy(config, names))
                .targetTokens(
                        config.hawkbit().filter(HawkbitConfig::targetTokens).isPresent())
                .clock(clock)
                .random(random);
        updateServer.ifPresent(system -> builder.updateServer(system.port()));
        config.hawkbit().ifPresent(hawkbit -> builder.pollingInterval(hawkbit.pollingInterval()));
        platform.ifPresent(system -> builder.platform(system.port()));
        ProvisioningBridge bridge = builder.build();
        warnOfReservedIds(config, store);

        ServerTls tls = Parts.tls(config, names, authority, data, clock, random);
        List<HealthCheck> checks = new ArrayList<>(List.of(
                HealthCheck.required("tls", tls::problem),
                HealthCheck.required("store", store::problem),
                HealthCheck.advisory("tls-renewal", tls::warning),
                HealthCheck.advisory("authority", authority.problem()),
                HealthCheck.advisory("peers-file", peers::problem),
                HealthCheck.advisory("tunnel-server", tunnel::problem)));
        updateServer.ifPresent(system -> checks.add(HealthCheck.advisory("hawkbit", system.problem())));
        platform.ifPresent(system -> checks.add(HealthCheck.advisory("thingsboard", system.problem())));
        WebhookActivity webhook = new WebhookActivity(clock);
        checks.add(HealthCheck.advisory("webhook", webhook::problem));
        checks.add(HealthCheck.advisory("drift", () -> drifted(bridge.drift().report())));
        Readiness readiness = new Readiness(checks, clock);
        Heartbeat heartbeat = closing.opened(new Heartbeat());
        // Before the first device is given an address: those of the server's own peers are not to be given away.
        bridge.runDue(Backend.TUNNEL);
        heartbeat.every(PAUSE, "the peers file", bridge::publish);
        for (Backend backend : Backend.values()) {
            for (int worker = 0; worker < workers(backend, config); worker++) {
                heartbeat.every(PAUSE, "the lanes of " + backend, () -> bridge.runDue(backend));
            }
        }
        heartbeat.every(PAUSE, "the listener's certificate", tls::runDue);
        heartbeat.everyInterruptibly(PAUSE, "drift", bridge.drift()::runDue);
        heartbeat.every(PAUSE, "readiness", readiness::runDue);
        DeviceApi deviceApi = new DeviceApi(
                bridge::enroll,
                bridge::confirm,
                Parts.signedRequestReader(),
                authority.certificates()::authorities,
                config.services(),
                new WebhookApi(
                        new WebhookSecrets(webhookSecrets),
                        bridge::connected,
                        store::find,
                        new DeletedAtPlatform(store, queue, bridge.drift()::look, clock),
                        webhook),
                readiness);
        OperatorApi operatorApi = new OperatorApi(
                store,
                queue,
                bridge.operations(),
                bridge.drift(),
                receipts,
                authority.certificates()::authorities,
                webhook,
                Parts.tokens(config.operators(), data, random));
        HttpServer devices = closing.opened(Parts.listening(
                config.listener().listen(), () -> HttpServer.start(Parts.http(config.listener()), tls, deviceApi)));
        HttpServer operators = closing.opened(Parts.listening(
                config.operators().listen(),
                () -> HttpServer.start(
                        Parts.operatorHttp(config.operators()),
                        Parts.operatorTls(config.operators(), tls),
                        operatorApi)));
        return new RunningBridge(devices.port(), operators.port(), authority.certificates(), closing);
    }

    /** What is not the bridge's may be somebody's, and troubles nobody by being there. */
    private static Optional<String> drifted(Optional<DriftReport> report) {
        return report.map(DriftReport::own)
                .filter(count -> count > 0)
                .map(count -> count + (count == 1 ? " finding" : " findings")
                        + " where outside systems are not as the store says; './bridge drift' lists them");
    }

    /** How many calls of a system are made side by side. */
    private static int workers(Backend backend, BridgeConfig config) {
        return switch (backend) {
            case CERTIFICATE_AUTHORITY, TUNNEL -> 1;
            case UPDATE_SERVER -> config.hawkbit().isPresent() ? 1 : 0;
            case PLATFORM -> config.thingsBoard().isPresent() ? PLATFORM_WORKERS : 0;
        };
    }

    private static CdmPeersFile peersFile(BridgeConfig config, JdbcDeviceStore store) {
        return CdmPeersFile.open(config.tunnel().directory(), store.identity(), store.peers(), store::everLeased)
                .fold(file -> file, problem -> {
                    throw new StartException(problem);
                });
    }

    /** A name that became reserved after a device had enrolled under it: it stays, and an operator should know. */
    private static void warnOfReservedIds(BridgeConfig config, JdbcDeviceStore store) {
        for (String reserved : config.enrollment().reservedIds()) {
            Optional<DeviceId> id = DeviceId.parse(reserved).value();
            if (id.flatMap(store::find).isPresent()) {
                LOG.warn(
                        "the device {} is enrolled under a name that is reserved by now; it can act as that server",
                        id.get());
            }
        }
    }
}
