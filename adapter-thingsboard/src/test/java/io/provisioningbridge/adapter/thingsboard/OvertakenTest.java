package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform.Attributes;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.DevicePlatform.Reason;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.DevicePlatform.Registration;
import io.provisioningbridge.core.port.DevicePlatform.Removal;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.contract.DevicePlatformContract;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Others change the same device between two requests of one operation. */
class OvertakenTest {

    private static final DeviceId DEVICE = new DeviceId("dev-1");

    private SimulatedPlatform platform = SimulatedPlatform.managed();

    @AfterEach
    void close() {
        platform.close();
    }

    @Test
    void putShouldRespectTheVersionAndTryAgain() {
        ThingsBoardDevicePlatform adapter = platform.adapter();
        adapter.put(registration(certificate()));
        X509Certificate renewed = certificate();
        AtomicInteger times =
                beforeRequest("POST", "/api/device/credentials", 2, () -> switchCredential(certificate()));
        adapter.put(registration(renewed));

        assertThat(times).hasValue(3);
        assertThat(credential(adapter)).isEqualTo(new Credential.Certificate(CertificateHash.of(renewed)));
    }

    @Test
    void putShouldBeForLaterWhenItIsOvertakenAgainAndAgain() {
        ThingsBoardDevicePlatform adapter = platform.adapter();
        adapter.put(registration(certificate()));
        beforeRequest("POST", "/api/device/credentials", 1000, () -> switchCredential(certificate()));

        assertThatThrownBy(() -> adapter.put(registration(certificate())))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("someone else");
    }

    /** The requests of a switch, any of which may be the last one that gets through. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void switchThatEndsBeforeItsTimeShouldNameNoCertificateThatIsNotAdmitted(int lost) {
        ThingsBoardDevicePlatform adapter = platform.adapter();
        X509Certificate old = certificate();
        adapter.put(registration(old));
        assertThat(platform.simulator.connect(List.of(old))).isTrue();
        X509Certificate renewed = certificate();
        Attributes other = new Attributes(
                DevicePlatformContract.ATTRIBUTES.tunnelAddress(),
                BigInteger.TEN,
                DevicePlatformContract.ATTRIBUTES.notAfter(),
                DevicePlatformContract.ATTRIBUTES.enrolledAt());
        AtomicInteger writes = new AtomicInteger();
        platform.simulator.interfere((method, path, exchange) -> {
            boolean isWrite = method.equals("POST")
                    && (path.equals("/api/device/credentials") || path.startsWith("/api/plugins/telemetry"));
            if (!isWrite || writes.incrementAndGet() != lost) {
                return false;
            }
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
            return true;
        });

        assertThatThrownBy(() -> adapter.put(new Registration(DEVICE, renewed, other)))
                .isInstanceOf(BackendUnavailableException.class);

        Registered between = adapter.look(DEVICE).orElseThrow();
        X509Certificate admitted = lost == 3 ? renewed : old;
        assertThat(between.credential()).isEqualTo(new Credential.Certificate(CertificateHash.of(admitted)));
        assertThat(between.attributes().map(Attributes::serial))
                .isEqualTo(lost == 1 ? Optional.of(DevicePlatformContract.ATTRIBUTES.serial()) : Optional.empty());
        adapter.put(new Registration(DEVICE, renewed, other));
        Registered done = adapter.look(DEVICE).orElseThrow();
        assertThat(done.attributes()).contains(other);
        assertThat(done.credential()).isEqualTo(new Credential.Certificate(CertificateHash.of(renewed)));
        assertThat(done.attributesWritten().orElseThrow())
                .isAfterOrEqualTo(done.lastConnect().orElseThrow());
    }

    @Test
    void putShouldTakeOverADeviceThatAppearsWhileItIsMade() {
        ThingsBoardDevicePlatform adapter = platform.adapter();
        X509Certificate certificate = certificate();
        beforeRequest(
                "POST",
                "/api/device-with-credentials",
                1,
                () -> platform.post("/api/device?accessToken=t", Json.object().put("name", DEVICE.text())));
        adapter.put(registration(certificate));

        assertThat(credential(adapter)).isEqualTo(new Credential.Certificate(CertificateHash.of(certificate)));
        assertThat(platform.simulator.connect(List.of(certificate))).isTrue();
    }

    @Test
    void putShouldMakeADeviceAnewThatDisappearsMeanwhile() {
        ThingsBoardDevicePlatform adapter = platform.adapter();
        adapter.put(registration(certificate()));
        X509Certificate renewed = certificate();
        beforeRequest("POST", "/api/device/credentials", 1, () -> adapter.remove(DEVICE, Reason.LEAVES));
        adapter.put(registration(renewed));

        assertThat(adapter.look(DEVICE).orElseThrow().attributes()).contains(DevicePlatformContract.ATTRIBUTES);
        assertThat(platform.simulator.connect(List.of(renewed))).isTrue();
    }

    @Test
    void putShouldBeRefusedWhenAnotherDeviceHasTheCertificate() {
        ThingsBoardDevicePlatform adapter = platform.adapter();
        X509Certificate certificate = certificate();
        adapter.put(new Registration(new DeviceId("dev-2"), certificate, DevicePlatformContract.ATTRIBUTES));

        assertThatThrownBy(() -> adapter.put(registration(certificate)))
                .isInstanceOf(BackendRefusedException.class)
                .hasMessageContaining("another device");
        assertThat(adapter.look(DEVICE)).isEmpty();
    }

    @Test
    void putShouldFindAProfileThatWasInstalledAnew() {
        ThingsBoardDevicePlatform adapter = platform.adapter();
        AtomicInteger asked = new AtomicInteger();
        platform.simulator.interfere((method, path, exchange) -> {
            if (!path.equals("/api/deviceProfileInfos") || asked.incrementAndGet() > 1) {
                return false;
            }
            ObjectNode gone = Json.object().put("name", SimulatedPlatform.PROFILE);
            gone.set("id", EntityId.of("DEVICE_PROFILE", UUID.randomUUID().toString()));
            ObjectNode page = Json.object();
            page.putArray("data").add(gone);
            byte[] body = Json.bytes(page);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
            return true;
        });
        adapter.put(registration(certificate()));

        assertThat(asked).hasValue(2);
        assertThat(adapter.look(DEVICE)).isPresent();
    }

    @Test
    void lookShouldSeeThatAStoredChainMatchesNothing() {
        ThingsBoardDevicePlatform adapter = platform.adapter();
        adapter.put(registration(certificate()));
        switchCredential(Pem.of(certificate()) + Pem.of(platform.hierarchy.issuing()));

        assertThat(credential(adapter)).isInstanceOf(Credential.Other.class);
    }

    /** The two requests of a look between which it may happen, whichever is first. */
    @Test
    void connectWithAnotherCertificateDuringALookShouldNotBeTakenForOneWithTheOldOne() {
        platform.close();
        platform = new SimulatedPlatform(ThingsBoardMode.CHAIN, false);
        ThingsBoardDevicePlatform adapter = platform.adapter();
        adapter.put(registration(platform.issue(DEVICE.text())));
        X509Certificate renewed = platform.issue(DEVICE.text());
        AtomicInteger reads = new AtomicInteger();
        platform.simulator.interfere((method, path, exchange) -> {
            boolean ofTheDevice = path.endsWith("/credentials") || path.contains("/values/attributes/");
            if (ofTheDevice && reads.incrementAndGet() == 2) {
                assertThat(platform.simulator.connect(List.of(renewed, platform.hierarchy.issuing())))
                        .isTrue();
            }
            return false;
        });

        assertThat(credential(adapter)).isEqualTo(new Credential.Certificate(CertificateHash.of(renewed)));
        assertThat(reads).hasValue(2);
    }

    @Test
    void chainThatMakesDevicesShouldNotBringARemovedOneBackForGood() {
        platform.close();
        platform = new SimulatedPlatform(ThingsBoardMode.CHAIN, true);
        ThingsBoardDevicePlatform adapter = platform.adapter();
        X509Certificate leaf = platform.issue(DEVICE.text());
        List<X509Certificate> chain = List.of(leaf, platform.hierarchy.issuing());
        adapter.put(registration(leaf));
        assertThat(adapter.remove(DEVICE, Reason.LEAVES)).isEqualTo(Removal.ABSENT);
        assertThat(platform.simulator.connect(chain))
                .as("the profile makes it anew")
                .isTrue();

        assertThat(adapter.remove(DEVICE, Reason.CAME_BACK)).isEqualTo(Removal.QUARANTINED);
        assertThat(platform.simulator.connect(chain)).isFalse();
        assertThat(credential(adapter)).isEqualTo(new Credential.Quarantined());
    }

    @Test
    void deviceThatReconnectsAtOnceShouldBeQuarantinedByTheSameRemoval() {
        platform.close();
        platform = new SimulatedPlatform(ThingsBoardMode.CHAIN, true);
        ThingsBoardDevicePlatform adapter = platform.adapter();
        X509Certificate leaf = platform.issue(DEVICE.text());
        List<X509Certificate> chain = List.of(leaf, platform.hierarchy.issuing());
        adapter.put(registration(leaf));
        AtomicInteger looks = new AtomicInteger();
        platform.simulator.interfere((method, path, exchange) -> {
            if (path.equals("/api/tenant/devices") && looks.incrementAndGet() == 2) {
                platform.simulator.connect(chain);
            }
            return false;
        });

        assertThat(adapter.remove(DEVICE, Reason.LEAVES)).isEqualTo(Removal.MADE_ANEW);
        assertThat(platform.simulator.connect(chain)).isFalse();
    }

    @ParameterizedTest(name = "profile creates devices: {0}")
    @ValueSource(booleans = {false, true})
    void suspendedDeviceOfAChainShouldStayWhenItLeavesOnlyIfItWouldBeMadeAnew(boolean createsDevices) {
        platform.close();
        platform = new SimulatedPlatform(ThingsBoardMode.CHAIN, createsDevices);
        ThingsBoardDevicePlatform adapter = platform.adapter();
        X509Certificate leaf = platform.issue(DEVICE.text());
        adapter.put(registration(leaf));
        assertThat(adapter.remove(DEVICE, Reason.SUSPENDED)).isEqualTo(Removal.QUARANTINED);

        Removal removal = adapter.remove(DEVICE, Reason.LEAVES);

        assertThat(removal).isEqualTo(createsDevices ? Removal.QUARANTINED : Removal.ABSENT);
        assertThat(adapter.look(DEVICE).isPresent()).isEqualTo(createsDevices);
        assertThat(platform.simulator.connect(List.of(leaf, platform.hierarchy.issuing())))
                .isFalse();
    }

    private static Credential credential(ThingsBoardDevicePlatform adapter) {
        return adapter.look(DEVICE).map(Registered::credential).orElseThrow();
    }

    /** @return how many such requests came from the adapter */
    private AtomicInteger beforeRequest(String verb, String where, int times, Runnable change) {
        AtomicInteger seen = new AtomicInteger();
        platform.simulator.interfere((method, path, exchange) -> {
            boolean foreign = exchange.getRequestHeaders().containsKey(SimulatedPlatform.PAST_THE_ADAPTER);
            if (!foreign && method.equals(verb) && path.equals(where) && seen.incrementAndGet() <= times) {
                change.run();
            }
            return false;
        });
        return seen;
    }

    private void switchCredential(X509Certificate certificate) {
        switchCredential(Pem.of(certificate));
    }

    private void switchCredential(String pem) {
        String id = platform.get("/api/tenant/devices?deviceName=" + DEVICE)
                .path("id")
                .path("id")
                .asText();
        ObjectNode body = (ObjectNode) platform.get("/api/device/" + id + "/credentials");
        platform.post(
                "/api/device/credentials",
                body.put("credentialsType", LeafCredential.TYPE).put("credentialsValue", pem));
    }

    private static X509Certificate certificate() {
        return DevicePlatformContract.certificate(DEVICE);
    }

    private static Registration registration(X509Certificate certificate) {
        return new Registration(DEVICE, certificate, DevicePlatformContract.ATTRIBUTES);
    }
}
