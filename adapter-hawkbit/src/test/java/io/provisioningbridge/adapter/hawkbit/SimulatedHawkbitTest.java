package io.provisioningbridge.adapter.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.UpdateServer.Result;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.core.port.UpdateServer.Target;
import io.provisioningbridge.simulators.hawkbit.HawkbitSimulator;
import io.provisioningbridge.testkit.contract.UpdateServerContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract on what differs in hawkBit 1.1.0. */
class SimulatedHawkbitTest implements UpdateServerContract {

    private static final DeviceId DEVICE = new DeviceId("dev-1");
    private static final String USER = "bridge";
    private static final String PASSWORD = "its password";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HawkbitSimulator hawkbit = HawkbitSimulator.start(USER, PASSWORD, new Random(6));
    private final HawkbitTargets targets = new HawkbitTargets(this::manage);
    private final Relay relay = new Relay(hawkbit.url().getPort());
    private final HawkbitUpdateServer server = open(PASSWORD);

    @AfterEach
    void stop() {
        relay.close();
        hawkbit.close();
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
        hawkbit.targetTokens(true);
        server.put(List.of(target()));

        assertThat(poll("TargetToken handed out")).isEqualTo(200);
        assertThat(poll("TargetToken another")).isEqualTo(401);

        server.remove(List.of(DEVICE));
        assertThat(poll("TargetToken handed out")).isEqualTo(401);
        assertThat(known()).isEmpty();
    }

    @Test
    void deviceWithAGatewayTokenShouldComeBackAndBeWarnedAbout() {
        hawkbit.gatewayToken("shared by all");
        server.put(List.of(target()));
        server.remove(List.of(DEVICE));

        assertThat(poll("GatewayToken shared by all")).isEqualTo(200);

        assertThat(server.find(DEVICE).orElseThrow().description()).startsWith("Plug and Play");
        assertThat(server.problem()).isEmpty();
        assertThat(server.warnings()).singleElement().asString().contains("gateway token");
        assertThat(server.remove(List.of(DEVICE))).containsExactly(new Result.Done());
    }

    @Test
    void overloadShouldEndInNoLossAndNoRefusal() {
        HawkbitUpdateServer hasty = new HawkbitUpdateServer(
                settings(PASSWORD).withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3)),
                Runnable::run);
        hawkbit.overloaded(true);
        assertThatThrownBy(() -> hasty.put(List.of(target()))).isInstanceOf(BackendUnavailableException.class);

        hawkbit.overloaded(false);
        assertThat(server.put(List.of(target()))).containsExactly(new Result.Done());
    }

    @Test
    void wrongPasswordShouldBeSaid() {
        HawkbitUpdateServer stranger = open("another");

        assertThatThrownBy(() -> stranger.find(DEVICE))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("401");
    }

    private HawkbitUpdateServer open(String password) {
        return new HawkbitUpdateServer(settings(password), Runnable::run);
    }

    private HawkbitSettings settings(String password) {
        return HawkbitSettings.of(URI.create("http://127.0.0.1:" + relay.port()), USER, new Secret(password))
                .withRates(1000, 1000);
    }

    private HttpResponse<String> manage(String method, String path, String body) {
        String login = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        return send(method, "/rest/v1" + path, "Basic " + login, body);
    }

    private int poll(String authorization) {
        return send("GET", "/DEFAULT/controller/v1/" + DEVICE, authorization, "")
                .statusCode();
    }

    private HttpResponse<String> send(String method, String path, String authorization, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(hawkbit.url() + path))
                .header("Authorization", authorization)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Target target() {
        return new Target(DEVICE, "Pump", "", Optional.empty(), Optional.of(new Secret("handed out")));
    }
}
