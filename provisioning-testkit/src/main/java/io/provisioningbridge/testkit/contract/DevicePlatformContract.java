package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DevicePlatform.Attributes;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.DevicePlatform.Listed;
import io.provisioningbridge.core.port.DevicePlatform.Page;
import io.provisioningbridge.core.port.DevicePlatform.Reason;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.DevicePlatform.Registration;
import io.provisioningbridge.core.port.DevicePlatform.Removal;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.SelfSigned;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link DevicePlatform} does. Each test begins with a platform that can be reached and has no device. */
public interface DevicePlatformContract {

    DeviceId DEVICE = new DeviceId("Dev_1.a-b");

    Attributes ATTRIBUTES = new Attributes(
            TunnelAddress.parse("10.8.0.2").orThrow(),
            new BigInteger("1234567890"),
            Instant.parse("2027-01-31T12:00:00.123Z"),
            Instant.parse("2026-11-24T08:30:00.456Z"));

    /** The implementation under test; the same one throughout a test. */
    DevicePlatform platform();

    /**
     * A device connects with this certificate.
     *
     * @return whether it is admitted
     */
    boolean connect(DeviceId device, X509Certificate certificate);

    /**
     * Adds a device past the port, as someone else does, with a credential that is no certificate and in another profile than the
     * port's.
     *
     * @param name any text
     */
    void addForeign(String name);

    /** From now on the platform cannot be reached. */
    void goAway();

    /** Ends {@link #goAway}, with all devices still there. */
    void comeBack();

    @Test
    default void putShouldMakeTheDeviceKnown() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));

        Registered known = platform().look(DEVICE).orElseThrow();
        assertThat(known.name()).isEqualTo(DEVICE.text());
        assertThat(known.platformId()).isNotBlank();
        assertThat(known.inProfile()).isTrue();
        assertThat(known.credential()).isEqualTo(exactly(certificate));
        assertThat(known.attributes()).contains(ATTRIBUTES);
        assertThat(known.lastConnect()).isEmpty();
    }

    @Test
    default void putShouldAdmitTheDeviceWithExactlyItsCertificate() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));

        assertThat(connect(DEVICE, certificate(DEVICE))).isFalse();
        assertThat(connect(DEVICE, certificate)).isTrue();
        assertThat(platform().look(DEVICE).orElseThrow().lastConnect()).isPresent();
    }

    @Test
    default void putShouldBeHarmlessWhenRepeated() {
        Registration registration = new Registration(DEVICE, certificate(DEVICE), ATTRIBUTES);
        platform().put(registration);
        assertThat(connect(DEVICE, registration.certificate())).isTrue();
        Optional<Registered> before = platform().look(DEVICE);
        platform().put(registration);

        assertThat(platform().look(DEVICE)).isEqualTo(before);
    }

    @Test
    default void putShouldSwitchTheCertificateAndKeepTheDevice() {
        X509Certificate old = certificate(DEVICE);
        X509Certificate renewed = certificate(DEVICE);
        platform().put(new Registration(DEVICE, old, ATTRIBUTES));
        String platformId = platform().look(DEVICE).orElseThrow().platformId();
        platform().put(new Registration(DEVICE, renewed, ATTRIBUTES));

        Registered known = platform().look(DEVICE).orElseThrow();
        assertThat(known.platformId()).isEqualTo(platformId);
        assertThat(known.credential()).isEqualTo(exactly(renewed));
        assertThat(connect(DEVICE, old)).isFalse();
        assertThat(connect(DEVICE, renewed)).isTrue();
    }

    @Test
    default void putShouldReplaceAttributes() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));
        // Nothing but digits, beginning with zeros: what a platform that guesses types would spoil.
        Attributes other = new Attributes(
                TunnelAddress.parse("10.8.1.3").orThrow(),
                new BigInteger("0012345678901234567", 16),
                ATTRIBUTES.notAfter().plusSeconds(1),
                ATTRIBUTES.enrolledAt());
        platform().put(new Registration(DEVICE, certificate, other));

        assertThat(platform().look(DEVICE).orElseThrow().attributes()).contains(other);
    }

    @Test
    default void attributesShouldKeepSerialsOfEveryLength() {
        X509Certificate certificate = certificate(DEVICE);
        for (BigInteger serial : List.of(
                BigInteger.ZERO,
                BigInteger.valueOf(7),
                new BigInteger("1e5", 16),
                BigInteger.ONE.shiftLeft(160).subtract(BigInteger.ONE))) {
            Attributes attributes =
                    new Attributes(ATTRIBUTES.tunnelAddress(), serial, ATTRIBUTES.notAfter(), ATTRIBUTES.enrolledAt());
            platform().put(new Registration(DEVICE, certificate, attributes));

            assertThat(platform().look(DEVICE).orElseThrow().attributes()).contains(attributes);
        }
    }

    @Test
    default void putShouldTakeOverADeviceThatSomeoneElseMade() {
        addForeign(DEVICE.text());
        Registered foreign = platform().look(DEVICE).orElseThrow();
        assertThat(foreign.credential()).isInstanceOf(Credential.Other.class);
        assertThat(foreign.attributes()).isEmpty();
        assertThat(foreign.inProfile()).isFalse();

        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));

        Registered known = platform().look(DEVICE).orElseThrow();
        assertThat(known.inProfile()).isTrue();
        assertThat(known.platformId()).isEqualTo(foreign.platformId());
        assertThat(known.credential()).isEqualTo(exactly(certificate));
        assertThat(connect(DEVICE, certificate)).isTrue();
    }

    @Test
    default void putShouldLeaveOtherDevicesAlone() {
        DeviceId other = new DeviceId("dev-2");
        X509Certificate certificate = certificate(other);
        platform().put(new Registration(other, certificate, ATTRIBUTES));
        Optional<Registered> before = platform().look(other);
        platform().put(new Registration(DEVICE, certificate(DEVICE), ATTRIBUTES));
        platform().remove(DEVICE, Reason.LEAVES);

        assertThat(platform().look(other)).isEqualTo(before);
        assertThat(connect(other, certificate)).isTrue();
    }

    @Test
    default void putShouldAgreeWithItselfWhenCalledConcurrently() throws InterruptedException, ExecutionException {
        List<X509Certificate> certificates =
                IntStream.range(0, 8).mapToObj(i -> certificate(DEVICE)).toList();
        concurrently(certificates.stream()
                .<Runnable>map(certificate -> () -> putOrLater(new Registration(DEVICE, certificate, ATTRIBUTES)))
                .toList());

        assertThat(allNames()).containsExactly(DEVICE.text());
        platform().put(new Registration(DEVICE, certificates.get(3), ATTRIBUTES));
        assertThat(platform().look(DEVICE).orElseThrow().credential()).isEqualTo(exactly(certificates.get(3)));
    }

    @Test
    default void removeShouldShutTheDeviceOut() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));

        assertThat(platform().remove(DEVICE, Reason.LEAVES)).isEqualTo(Removal.ABSENT);
        assertThat(platform().look(DEVICE)).isEmpty();
        assertThat(connect(DEVICE, certificate)).isFalse();
    }

    @Test
    default void removeShouldSucceedForADeviceThatIsNotThere() {
        assertThat(platform().remove(DEVICE, Reason.LEAVES)).isEqualTo(Removal.ABSENT);
        assertThat(platform().remove(DEVICE, Reason.CAME_BACK)).isEqualTo(Removal.ABSENT);
    }

    @Test
    default void removeShouldShutOutADeviceThatCameBackAndStayThatWay() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));

        Removal first = platform().remove(DEVICE, Reason.CAME_BACK);
        assertThat(connect(DEVICE, certificate)).isFalse();
        assertThat(platform().remove(DEVICE, Reason.CAME_BACK)).isEqualTo(first);
        assertThat(connect(DEVICE, certificate)).isFalse();

        Optional<Credential> left = platform().look(DEVICE).map(Registered::credential);
        assertThat(left)
                .isEqualTo(first == Removal.ABSENT ? Optional.empty() : Optional.of(new Credential.Quarantined()));
    }

    @Test
    default void suspensionShouldShutTheDeviceOutAndKeepIt() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));
        String platformId = platform().look(DEVICE).orElseThrow().platformId();

        assertThat(platform().remove(DEVICE, Reason.SUSPENDED)).isEqualTo(Removal.QUARANTINED);
        assertThat(platform().remove(DEVICE, Reason.SUSPENDED)).isEqualTo(Removal.QUARANTINED);
        assertThat(connect(DEVICE, certificate)).isFalse();
        Registered suspended = platform().look(DEVICE).orElseThrow();
        assertThat(suspended.platformId()).isEqualTo(platformId);
        assertThat(suspended.credential()).isEqualTo(new Credential.Quarantined());

        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));
        assertThat(platform().look(DEVICE).orElseThrow().platformId()).isEqualTo(platformId);
        assertThat(connect(DEVICE, certificate)).isTrue();
    }

    @Test
    default void suspendedDeviceThatLeavesShouldStayOut() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));
        platform().remove(DEVICE, Reason.SUSPENDED);

        Removal removal = platform().remove(DEVICE, Reason.LEAVES);

        assertThat(platform().look(DEVICE).map(Registered::credential))
                .isEqualTo(removal == Removal.ABSENT ? Optional.empty() : Optional.of(new Credential.Quarantined()));
        assertThat(platform().remove(DEVICE, Reason.LEAVES)).isEqualTo(removal);
        assertThat(connect(DEVICE, certificate)).isFalse();
    }

    @Test
    default void suspensionShouldSucceedForADeviceThatIsNotThere() {
        assertThat(platform().remove(DEVICE, Reason.SUSPENDED)).isEqualTo(Removal.ABSENT);
        assertThat(platform().look(DEVICE)).isEmpty();
    }

    @Test
    default void connectionShouldBeNoEarlierThanTheAttributesItFollows() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));
        assertThat(connect(DEVICE, certificate)).isTrue();

        Registered connected = platform().look(DEVICE).orElseThrow();
        assertThat(connected.lastConnect().orElseThrow())
                .isAfterOrEqualTo(connected.attributesWritten().orElseThrow());
    }

    @Test
    default void attributesThatChangeShouldBeWrittenLaterThanTheConnectionBefore() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));
        assertThat(connect(DEVICE, certificate)).isTrue();
        Attributes other = new Attributes(
                ATTRIBUTES.tunnelAddress(), BigInteger.TEN, ATTRIBUTES.notAfter(), ATTRIBUTES.enrolledAt());
        platform().put(new Registration(DEVICE, certificate(DEVICE), other));

        Registered switched = platform().look(DEVICE).orElseThrow();
        assertThat(switched.attributesWritten().orElseThrow())
                .isAfterOrEqualTo(switched.lastConnect().orElseThrow());
    }

    @Test
    default void attributesOfADeviceThatIsAdmittedAgainShouldBeWrittenLaterThanTheConnectionBefore() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));
        assertThat(connect(DEVICE, certificate)).isTrue();
        platform().remove(DEVICE, Reason.SUSPENDED);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));

        Registered again = platform().look(DEVICE).orElseThrow();
        assertThat(again.attributesWritten().orElseThrow())
                .isAfterOrEqualTo(again.lastConnect().orElseThrow());
    }

    @Test
    default void putShouldReadmitADeviceThatWasShutOut() {
        X509Certificate certificate = certificate(DEVICE);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));
        platform().remove(DEVICE, Reason.CAME_BACK);
        platform().put(new Registration(DEVICE, certificate, ATTRIBUTES));

        assertThat(platform().look(DEVICE).orElseThrow().credential()).isEqualTo(exactly(certificate));
        assertThat(connect(DEVICE, certificate)).isTrue();
    }

    @Test
    default void lookShouldTellSpellingsApart() {
        platform().put(new Registration(DEVICE, certificate(DEVICE), ATTRIBUTES));

        assertThat(platform().look(new DeviceId(DEVICE.key()))).isEmpty();
    }

    @Test
    default void listShouldNameEveryDeviceOnce() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            DeviceId device = new DeviceId("dev-" + i);
            platform().put(new Registration(device, certificate(device), ATTRIBUTES));
            names.add(device.text());
        }

        assertThat(allNames()).containsExactlyInAnyOrderElementsOf(names);
        String platformId = platform().look(new DeviceId("dev-3")).orElseThrow().platformId();
        assertThat(allListed(2)).contains(new Listed(platformId, "dev-3"));
    }

    @Test
    default void listShouldEndWithAFullPage() {
        for (DeviceId device : List.of(new DeviceId("dev-1"), new DeviceId("dev-2"))) {
            platform().put(new Registration(device, certificate(device), ATTRIBUTES));
        }

        Page page = platform().list("", 2);
        assertThat(page.devices()).hasSize(2);
        assertThat(page.next()).isEmpty();
    }

    @Test
    default void listShouldBeEmptyWithoutDevices() {
        assertThat(platform().list("", 10)).isEqualTo(new Page(List.of(), Optional.empty()));
    }

    @Test
    default void listShouldRefuseALimitThatMakesNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> platform().list("", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> platform().list("", 1001));
    }

    @Test
    default void everyCallShouldFailForLaterWhenThePlatformCannotBeReached() {
        Registration registration = new Registration(DEVICE, certificate(DEVICE), ATTRIBUTES);
        platform().put(registration);
        goAway();
        try {
            assertUnavailable(() -> platform().put(registration));
            assertUnavailable(() -> platform().remove(DEVICE, Reason.LEAVES));
            assertUnavailable(() -> platform().look(DEVICE));
            assertUnavailable(() -> platform().list("", 10));
        } finally {
            comeBack();
        }

        assertThat(platform().look(DEVICE)).isPresent();
        assertThat(platform().remove(DEVICE, Reason.LEAVES)).isEqualTo(Removal.ABSENT);
    }

    @Test
    default void everyCallShouldBeDoneOrFailOnAnInterruptedThread() {
        Registration registration = new Registration(DEVICE, certificate(DEVICE), ATTRIBUTES);
        assertInterruptible(() -> platform().put(registration));
        assertInterruptible(() -> platform().look(DEVICE));
        assertInterruptible(() -> platform().list("", 10));
        platform().put(registration);
        assertThat(platform().look(DEVICE)).isPresent();

        assertInterruptible(() -> platform().remove(DEVICE, Reason.LEAVES));
        platform().remove(DEVICE, Reason.LEAVES);
        assertThat(platform().look(DEVICE)).isEmpty();
    }

    @Test
    default void deadlineShouldBePositiveAndBounded() {
        assertThat(platform().deadline()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5));
    }

    /** One that nobody vouches for, with a key and a serial number of its own. */
    static X509Certificate certificate(DeviceId device) {
        return SelfSigned.certificate(DeviceKey.p256(), device.text());
    }

    private static Credential exactly(X509Certificate certificate) {
        return new Credential.Certificate(CertificateHash.of(certificate));
    }

    private List<String> allNames() {
        return allListed(3).stream().map(Listed::name).toList();
    }

    private List<Listed> allListed(int limit) {
        List<Listed> all = new ArrayList<>();
        Optional<String> next = Optional.of("");
        while (next.isPresent()) {
            Page page = platform().list(next.get(), limit);
            assertThat(page.devices().size()).isLessThanOrEqualTo(limit);
            all.addAll(page.devices());
            next = page.next();
        }
        return all;
    }

    /** Where many change one device at a time, one of them may be told to try later. */
    private void putOrLater(Registration registration) {
        try {
            platform().put(registration);
        } catch (BackendUnavailableException contended) {
            assertThat(contended.retryAfter()).isPositive();
        }
    }

    private static void concurrently(List<Runnable> calls) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            for (Future<Object> done :
                    threads.invokeAll(calls.stream().map(Executors::callable).toList())) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void assertUnavailable(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(BackendUnavailableException.class);
    }

    /** Either way the flag is kept. */
    private static void assertInterruptible(Runnable call) {
        Thread.currentThread().interrupt();
        boolean flagKept;
        try {
            call.run();
        } catch (BackendUnavailableException givenUp) {
            assertThat(givenUp).hasMessageContaining("interrupt");
        } finally {
            flagKept = Thread.interrupted();
        }
        assertThat(flagKept).as("the interrupt flag").isTrue();
    }
}
