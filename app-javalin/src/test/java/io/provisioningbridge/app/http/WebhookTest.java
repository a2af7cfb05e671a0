package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the platform tells, and what follows. */
class WebhookTest {

    private static final DeviceId PUMP = new DeviceId("pump-1");

    private final WebhookSite site = new WebhookSite();

    @BeforeEach
    void enroll() {
        site.enroll("pump-1");
    }

    @AfterEach
    void close() {
        site.close();
    }

    private void assertAnswer(String body, String status) throws Exception {
        assertAnswer(site.call(body), status);
    }

    private static JsonNode assertAnswer(HttpResponse<String> response, String status) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode answer = TestServer.json(response.body());
        assertThat(answer.path("status").textValue()).as(response.body()).isEqualTo(status);
        return answer;
    }

    private Device pump() {
        return site.store.find(PUMP).orElseThrow();
    }

    private Lane platformLane() {
        return site.queue.lanes(PUMP).stream()
                .filter(lane -> lane.backend() == Backend.PLATFORM)
                .findFirst()
                .orElseThrow();
    }

    private long connectsOnRecord() {
        return site.store.events(PUMP).stream()
                .filter(event -> event.action() == AuditEvent.Action.DEVICE_CONNECTED)
                .count();
    }

    @Test
    void firstConnectShouldBePendingUntilThePlatformWasAsked() throws Exception {
        site.connectAtPlatform("pump-1");

        HttpResponse<String> response = site.call(WebhookSite.connect("pump-1"));

        assertThat(response.body())
                .isEqualTo("{\"status\":\"pending\",\"device_id\":\"pump-1\",\"wireguard_ip\":\"10.8.0.2\","
                        + "\"reason\":\"what is left to do is going to be done\"}");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(pump().state()).isEqualTo(DeviceState.ENROLLED);
        site.settle();
        assertThat(pump().state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(site.updates.find(PUMP)).isPresent();

        JsonNode again = assertAnswer(site.call(WebhookSite.connect("pump-1")), "already_provisioned");
        assertThat(again.path("wireguard_ip").textValue()).isEqualTo("10.8.0.2");
    }

    @Test
    void callShouldBelieveThePlatformAndNotItself() throws Exception {
        assertAnswer(WebhookSite.connect("pump-1"), "pending");
        site.settle();

        assertThat(pump().state()).as("it never connected").isEqualTo(DeviceState.ENROLLED);
    }

    @Test
    void callItselfShouldCountWhereThereIsNoPlatformToAsk() throws Exception {
        try (WebhookSite alone = new WebhookSite(false, false)) {
            alone.enroll("pump-1");

            assertAnswer(alone.call(WebhookSite.connect("pump-1")), "provisioned");

            assertThat(alone.store.find(PUMP).orElseThrow().state()).isEqualTo(DeviceState.CONNECTED);
            assertAnswer(alone.call(WebhookSite.connect("pump-1")), "already_provisioned");
        }
    }

    @Test
    void deviceShouldBePendingUntilTheUpdateServerHasIt() throws Exception {
        try (WebhookSite alone = new WebhookSite(false, true)) {
            alone.enroll("pump-1");

            assertAnswer(alone.call(WebhookSite.connect("pump-1")), "pending");
            alone.settle();

            assertAnswer(alone.call(WebhookSite.connect("pump-1")), "already_provisioned");
            assertThat(alone.updates.find(PUMP)).isPresent();
        }
    }

    static Stream<String> olderBodies() {
        return Stream.of(
                "{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":{\"deviceId\":\"pump-1\"},\"data\":{}}",
                "{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":{\"clientId\":\"pump-1\",\"x\":{\"y\":[1]}}}",
                "{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":{\"deviceName\":\"pump-1\",\"deviceType\":\"t\"}}",
                "{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":{\"deviceName\":\"c\",\"clientId\":\"b\","
                        + "\"deviceId\":\"pump-1\"}}",
                "{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":{\"deviceName\":\"c\",\"clientId\":\"pump-1\"}}",
                "{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":{\"deviceId\":null,\"clientId\":\"\","
                        + "\"deviceName\":\"pump-1\"}}",
                "{\"msgType\":\"CONNECT_EVENT\",\"metadata\":{\"deviceName\":\"pump-1\"},\"data\":{\"active\":true}}");
    }

    @ParameterizedTest
    @MethodSource("olderBodies")
    void olderBodyShouldNameTheDeviceByTheFirstOfThreeMembers(String body) throws Exception {
        site.connectAtPlatform("pump-1");
        assertAnswer(body, "pending");
        site.settle();
        assertThat(pump().state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void anyContentTypeShouldDo() throws Exception {
        for (String type : List.of("text/plain;charset=ISO-8859-1", "application/octet-stream", "nonsense")) {
            assertAnswer(
                    site.server.send(site.request(WebhookSite.connect("pump-1"))
                            .setHeader("Content-Type", type)
                            .header(WebhookRoute.SECRET, WebhookSite.SECRET)),
                    "pending");
        }
    }

    @Test
    void duplicatesAndReorderedCallsShouldConvergeOnce() throws Exception {
        site.connectAtPlatform("pump-1");
        for (int i = 0; i < 3; i++) {
            assertAnswer(WebhookSite.event("DISCONNECT_EVENT", "pump-1"), "ignored");
            assertAnswer(WebhookSite.connect("pump-1"), "pending");
            assertAnswer(WebhookSite.event("ENTITY_DELETED", "pump-1"), "ignored");
        }
        site.settle();
        for (int i = 0; i < 3; i++) {
            site.call(WebhookSite.connect("pump-1"));
        }
        site.settle();

        assertThat(pump().state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(connectsOnRecord()).isEqualTo(1);
        assertThat(platformLane().state()).isEqualTo(Lane.State.DONE);
        assertThat(platformLane().problem()).isEmpty();
    }

    @Test
    void unknownDeviceShouldBeIgnoredAndRemembered() throws Exception {
        for (String event : List.of("CONNECT_EVENT", "ENTITY_DELETED")) {
            for (String id : List.of("stranger", "PUMP-1", "no id at all", "x".repeat(65), "1.2.3.4", "\u00fc", " ")) {
                JsonNode answer = assertAnswer(site.call(WebhookSite.event(event, id)), "ignored");
                assertThat(answer.path("device_id").textValue()).isEqualTo(id);
                assertThat(answer.path("wireguard_ip").isNull()).isTrue();
                assertThat(answer.path("reason").textValue()).isNotEmpty();

                WebhookActivity.UnknownDevice last =
                        site.activity.unknownDevices().get(0);
                assertThat(last.deviceId()).isEqualTo(id);
                assertThat(last.event()).isEqualTo(event);
            }
        }
        assertThat(site.activity.unknownDevices()).hasSize(14);
        assertThat(site.drift).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DISCONNECT_EVENT",
                "ACTIVITY_EVENT",
                "INACTIVITY_EVENT",
                "ENTITY_CREATED",
                "connect_event",
                "POST_TELEMETRY_REQUEST"
            })
    void otherEventsShouldChangeNothing(String event) throws Exception {
        site.connectAtPlatform("pump-1");
        Lane before = platformLane();

        assertAnswer(WebhookSite.event(event, "pump-1"), "ignored");
        assertAnswer("{\"msgType\":\"" + event + "\",\"metadata\":{\"deviceId\":\"pump-1\"}}", "ignored");
        assertAnswer("{\"event\":\"" + event + "\"}", "ignored");

        assertThat(platformLane()).isEqualTo(before);
        assertThat(site.activity.unreadableCalls()).isZero();
    }

    static Stream<String> unreadable() {
        return Stream.of(
                "",
                " ",
                "{",
                "[]",
                "null",
                "\"CONNECT_EVENT\"",
                "{}",
                "{}{}",
                "{\"event\":null}",
                "{\"event\":1,\"deviceName\":\"pump-1\"}",
                "{\"event\":\"CONNECT_EVENT\",\"deviceName\":1}",
                "{\"event\":\"CONNECT_EVENT\",\"deviceName\":{\"a\":\"pump-1\"}}",
                "{\"event\":\"CONNECT_EVENT\",\"deviceName\":\"\\u0000\"}",
                "{\"event\":\"CONNECT_EVENT\",\"deviceName\":\"\\ud800\"}",
                "{\"event\":\"CONNECT_EVENT\",\"deviceName\":\"a\",\"deviceName\":\"pump-1\"}",
                "{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":\"pump-1\"}",
                "{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":{\"deviceId\":[]}}",
                "{\"event\":\"CONNECT_EVENT\",\"x\":" + "[".repeat(5_000) + "}",
                "{\"event\":\"CONNECT_EVENT\",\"x\":\"" + "a".repeat(64 * 1024) + "\"}",
                "{\"event\":\"CONNECT_EVENT\",\"x\":\"" + "a".repeat(900 * 1024) + "\"}");
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void whatCannotBeReadShouldNotBeRepeated(String body) throws Exception {
        JsonNode answer = assertAnswer(site.call(body), "ignored");

        assertThat(answer.path("device_id").isNull()).isTrue();
        assertThat(answer.path("reason").textValue()).isNotEmpty();
        assertThat(site.activity.unreadableCalls()).isEqualTo(1);
        assertThat(platformLane().state()).isEqualTo(Lane.State.DONE);
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 61})
    void mutatedBodiesShouldNeverBeRepeated(long seed) throws Exception {
        Seeded seeded = new Seeded(seed);
        byte[] proper = WebhookSite.connect("pump-1").getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 300; round++) {
            HttpResponse<String> response = site.server.send(site.server
                    .request(WebhookRoute.PATH)
                    .header(WebhookRoute.SECRET, WebhookSite.SECRET)
                    .POST(BodyPublishers.ofByteArray(seeded.mutated(proper))));

            assertThat(response.statusCode())
                    .as("seed %d, round %d: %s", seed, round, response.body())
                    .isEqualTo(200);
        }
    }

    static Stream<Arguments> namingNone() {
        return Stream.of(
                Arguments.of("{\"event\":\"CONNECT_EVENT\"}"),
                Arguments.of("{\"event\":\"ENTITY_DELETED\",\"deviceName\":null}"),
                Arguments.of("{\"event\":\"CONNECT_EVENT\",\"deviceName\":\"\"}"),
                Arguments.of("{\"msgType\":\"POST_CONNECT_REQUEST\"}"),
                Arguments.of("{\"msgType\":\"POST_CONNECT_REQUEST\",\"metadata\":{}}"));
    }

    @ParameterizedTest
    @MethodSource("namingNone")
    void callThatNamesNoDeviceShouldBeIgnored(String body) throws Exception {
        assertAnswer(body, "ignored");
    }

    @Test
    void deletionAtThePlatformShouldBeDriftAndChangeNothing() throws Exception {
        site.connectAtPlatform("pump-1");
        site.call(WebhookSite.connect("pump-1"));
        site.settle();
        Device before = pump();
        Lane lane = platformLane();
        site.platform.removeForeign("pump-1");

        assertAnswer(WebhookSite.event("ENTITY_DELETED", "pump-1"), "ignored");

        assertThat(site.drift).containsExactly(PUMP);
        assertThat(pump()).isEqualTo(before);
        assertThat(platformLane()).isEqualTo(lane);
    }

    @Test
    void deletionOfADeviceOutOfServiceShouldBeAsItShould() throws Exception {
        site.bridge.operations().decommission(PUMP, "operator", "sold");
        site.settle();

        assertAnswer(WebhookSite.event("ENTITY_DELETED", "pump-1"), "ignored");

        assertThat(site.drift).isEmpty();
        assertThat(site.activity.unknownDevices()).isEmpty();
    }

    @Test
    void deviceOutOfServiceShouldBeRefusedAndRemovedAgain() throws Exception {
        site.bridge.operations().decommission(PUMP, "operator", "sold");
        site.settle();
        Lane done = platformLane();

        JsonNode answer = assertAnswer(site.call(WebhookSite.connect("pump-1")), "refused");

        assertThat(answer.path("wireguard_ip").isNull()).isTrue();
        assertThat(platformLane().state()).isEqualTo(Lane.State.DUE);
        assertThat(platformLane().generation()).isGreaterThan(done.generation());
        assertThat(pump().state()).isEqualTo(DeviceState.DECOMMISSIONED);
    }

    @Test
    void suspendedDeviceShouldBeRefused() throws Exception {
        site.bridge.operations().suspend(PUMP, "operator", "stolen?");

        assertAnswer(WebhookSite.connect("pump-1"), "refused");

        assertThat(pump().state()).isEqualTo(DeviceState.SUSPENDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"find", "hint"})
    void callShouldBeRepeatedWhenTheStoreIsDown(String operation) throws Exception {
        site.connectAtPlatform("pump-1");
        site.storeFaults.breakDown(operation);

        HttpResponse<String> response = site.call(WebhookSite.connect("pump-1"));

        Operators.assertProblem(response, 503, "store-unavailable");
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        site.storeFaults.heal(operation);
        assertAnswer(WebhookSite.connect("pump-1"), "pending");
        site.settle();
        assertThat(pump().state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(connectsOnRecord()).isEqualTo(1);
    }

    @Test
    void deletionShouldBeToldAgainWhenTheStoreIsDown() throws Exception {
        site.storeFaults.breakDown("find");
        Operators.assertProblem(site.call(WebhookSite.event("ENTITY_DELETED", "pump-1")), 503, "store-unavailable");
        assertThat(site.drift).isEmpty();
    }
}
