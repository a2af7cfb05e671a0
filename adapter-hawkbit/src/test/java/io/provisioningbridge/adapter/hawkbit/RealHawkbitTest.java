package io.provisioningbridge.adapter.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.UpdateServer.Result;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.core.port.UpdateServer.Target;
import io.provisioningbridge.testkit.contract.UpdateServerContract;
import io.provisioningbridge.testkit.server.HawkbitServer;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract, and what only a real hawkBit shows; one server for all. */
@RequiresServer(HawkbitServer.PROGRAM)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RealHawkbitTest implements UpdateServerContract {

    private static final DeviceId DEVICE = new DeviceId("dev-1");

    private HawkbitServer hawkbit;
    private HawkbitTargets targets;
    private Relay relay;
    private HawkbitUpdateServer server;

    @BeforeAll
    void startServer() {
        hawkbit = HawkbitServer.start(List.of());
        targets = new HawkbitTargets(hawkbit::manage);
        relay = new Relay(hawkbit.port());
        server = open(settings(HawkbitServer.USER, HawkbitServer.PASSWORD));
    }

    @AfterAll
    void stopServer() {
        relay.close();
        hawkbit.close();
    }

    @BeforeEach
    void reset() {
        targets.clear();
        hawkbit.configure("authentication.gatewaytoken.enabled", "false");
        hawkbit.configure("authentication.header.enabled", "false");
        hawkbit.configure("authentication.targettoken.enabled", "false");
    }

    @Override
    public UpdateServer server() {
        return server;
    }

    @Override
    public Map<String, Seen> known() {
        return targets.all();
    }

    @Override
    public void addForeign(Seen target) {
        targets.add(target);
    }

    @Override
    public void goAway() {
        relay.goAway();
    }

    @Override
    public void comeBack() {
        relay.comeBack();
    }

    @Test
    void tokenThatWasPutShouldLetTheDeviceInUntilItIsRemoved() {
        hawkbit.configure("authentication.targettoken.enabled", "true");
        server.put(List.of(target("10.8.0.2", "handed out")));

        assertThat(hawkbit.poll("dev-1", "TargetToken handed out")).isEqualTo(200);
        assertThat(hawkbit.poll("dev-1", "TargetToken another")).isEqualTo(401);

        server.remove(List.of(DEVICE));
        assertThat(hawkbit.poll("dev-1", "TargetToken handed out")).isEqualTo(401);
        assertThat(server.find(DEVICE)).isEmpty();
    }

    @Test
    void deviceThatPollsShouldMoveItsTargetAndPutShouldMoveItBack() {
        hawkbit.configure("authentication.targettoken.enabled", "true");
        server.put(List.of(target("10.8.0.2", "handed out")));
        hawkbit.poll("dev-1", "TargetToken handed out");
        assertThat(server.find(DEVICE).orElseThrow().address())
                .contains(TunnelAddress.parse("127.0.0.1").orThrow());

        server.put(List.of(target("10.8.0.2", "handed out")));

        assertThat(server.find(DEVICE).orElseThrow().address())
                .contains(TunnelAddress.parse("10.8.0.2").orThrow());
    }

    @Test
    void deviceWithAGatewayTokenShouldComeBackAndBeSeenAndPutRight() {
        hawkbit.configure("authentication.gatewaytoken.enabled", "true");
        hawkbit.configure("authentication.gatewaytoken.key", "\"shared by all\"");
        server.put(List.of(target("10.8.0.2", "handed out")));
        server.remove(List.of(DEVICE));

        assertThat(hawkbit.poll("dev-1", "GatewayToken shared by all")).isEqualTo(200);

        assertThat(server.find(DEVICE).orElseThrow().description()).startsWith("Plug and Play");
        assertThat(server.put(List.of(target("10.8.0.2", "handed out")))).containsExactly(new Result.Done());
        assertThat(server.find(DEVICE).orElseThrow().name()).isEqualTo("Pump");
        assertThat(server.remove(List.of(DEVICE))).containsExactly(new Result.Done());
    }

    @Test
    void oneThatIsRefusedShouldKeepNoOtherWaiting() {
        Target unsafe = new Target(
                new DeviceId("dev-2"), "<script>", "", Optional.empty(), Optional.of(new Secret("its secret")));
        Target other = new Target(new DeviceId("dev-3"), "Valve", "", Optional.empty(), Optional.empty());

        List<Result> results = server.put(List.of(target("10.8.0.2", "handed out"), unsafe, other));

        assertThat(results.get(0)).isEqualTo(new Result.Done());
        assertThat(results.get(1))
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> assertThat(refused.why())
                                .contains("400", "constraintViolation")
                                .doesNotContain("its secret"));
        assertThat(results.get(2)).isEqualTo(new Result.Done());
        assertThat(known()).containsOnlyKeys("dev-1", "dev-3");
    }

    @Test
    void wrongPasswordShouldBeSaidAndKeepEverybodyWaiting() {
        HawkbitUpdateServer stranger = open(settings(HawkbitServer.USER, "not the secret"));
        server.put(List.of(target("10.8.0.2", "handed out")));

        assertThatThrownBy(() -> stranger.remove(List.of(DEVICE)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("401")
                .hasMessageNotContaining("not the secret");
        assertThatThrownBy(() -> stranger.find(DEVICE)).isInstanceOf(BackendUnavailableException.class);
        assertThat(stranger.problem().orElseThrow()).contains("401");
        assertThat(known()).containsOnlyKeys("dev-1");
    }

    @Test
    void missingPermissionShouldBeSaidAndKeepEverybodyWaiting() {
        HawkbitUpdateServer reader = open(settings(HawkbitServer.READER, HawkbitServer.READER));
        server.put(List.of(target("10.8.0.2", "handed out")));

        assertThatThrownBy(() -> reader.remove(List.of(DEVICE)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("permission");
        assertThat(reader.problem().orElseThrow()).contains("permission");
        assertThat(known()).containsOnlyKeys("dev-1");
        assertThat(reader.find(DEVICE).orElseThrow().token())
                .as("not shown to everybody")
                .isEmpty();
        assertThat(reader.problem().orElseThrow())
                .as("a read that works proves no write")
                .contains("permission");
    }

    @Test
    void pathWithoutTheServersContextShouldNotPassForAMissingTarget() {
        URI bare = URI.create("http://127.0.0.1:" + hawkbit.port());
        HawkbitUpdateServer lost =
                open(HawkbitSettings.of(bare, HawkbitServer.USER, new Secret(HawkbitServer.PASSWORD)));
        server.put(List.of(target("10.8.0.2", "handed out")));

        assertThatThrownBy(() -> lost.remove(List.of(DEVICE)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("404");
        assertThatThrownBy(() -> lost.find(DEVICE)).isInstanceOf(BackendUnavailableException.class);
    }

    @Test
    void tenantThatKeepsDeletedDevicesOutShouldNotBeWarnedAbout() {
        hawkbit.configure("authentication.targettoken.enabled", "true");
        HawkbitUpdateServer admin =
                open(settings(HawkbitServer.ADMIN, HawkbitServer.ADMIN).withTokensHandedOut());

        assertThat(admin.problem()).isEmpty();
        assertThat(admin.warnings()).isEmpty();
    }

    @Test
    void tenantThatBringsDeletedDevicesBackShouldBeWarnedAbout() {
        hawkbit.configure("authentication.gatewaytoken.enabled", "true");
        hawkbit.configure("authentication.header.enabled", "true");
        HawkbitUpdateServer admin = open(settings(HawkbitServer.ADMIN, HawkbitServer.ADMIN));

        assertThat(admin.problem()).isEmpty();
        assertThat(admin.warnings())
                .singleElement()
                .asString()
                .contains("gateway token and certificate header", "decommissioned");
    }

    @Test
    void tenantThatDoesNotTakeTheTokensHandedOutShouldBeWarnedAbout() {
        HawkbitUpdateServer admin =
                open(settings(HawkbitServer.ADMIN, HawkbitServer.ADMIN).withTokensHandedOut());

        assertThat(admin.problem()).isEmpty();
        assertThat(admin.warnings()).singleElement().asString().contains("targettoken");
    }

    @Test
    void userThatMayNotSeeTheTenantShouldBeWarnedAbout() {
        HawkbitUpdateServer fresh = open(settings(HawkbitServer.USER, HawkbitServer.PASSWORD));

        assertThat(fresh.problem()).isEmpty();
        assertThat(fresh.warnings()).singleElement().asString().contains("TENANT_CONFIGURATION");
    }

    private static HawkbitUpdateServer open(HawkbitSettings settings) {
        return new HawkbitUpdateServer(settings, Runnable::run);
    }

    private HawkbitSettings settings(String user, String password) {
        URI url = URI.create("http://127.0.0.1:" + relay.port() + HawkbitServer.CONTEXT + "/");
        // It does not count what comes from this machine.
        return HawkbitSettings.of(url, user, new Secret(password)).withRates(1000, 1000);
    }

    private static Target target(String address, String token) {
        return new Target(
                DEVICE,
                "Pump",
                "in the cellar",
                Optional.of(TunnelAddress.parse(address).orThrow()),
                Optional.of(new Secret(token)));
    }
}
