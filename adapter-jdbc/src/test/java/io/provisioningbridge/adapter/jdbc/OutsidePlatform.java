package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryDevicePlatform;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** A platform that remembers what each device was admitted with, and which were looked at since. Not safe for concurrent use. */
final class OutsidePlatform implements DevicePlatform {

    private final SettableClock clock;
    private final InMemoryDevicePlatform platform;
    private final List<String> changes = new ArrayList<>();
    private final Set<String> lookedAt = new TreeSet<>();

    OutsidePlatform(SettableClock clock) {
        this.clock = clock;
        this.platform = new InMemoryDevicePlatform(new FaultPlan(), false, clock);
    }

    @Override
    public void put(Registration registration) {
        changing(registration.device(), () -> {
            platform.put(registration);
            return true;
        });
    }

    @Override
    public Removal remove(DeviceId device, Reason reason) {
        return changing(device, () -> platform.remove(device, reason));
    }

    private <T> T changing(DeviceId device, Supplier<T> call) {
        String before = admission(device);
        T result = call.get();
        String after = admission(device);
        if (!after.equals(before)) {
            changes.add(device + " " + after);
            lookedAt.remove(device.text());
        }
        return result;
    }

    private String admission(DeviceId device) {
        return Optional.ofNullable(platform.known().get(device.text()))
                .map(there -> text(there.credential()))
                .orElse("absent");
    }

    private static String text(Credential credential) {
        return credential instanceof Credential.Certificate certificate
                ? certificate.hash().hex()
                : "shut out";
    }

    @Override
    public Optional<Registered> look(DeviceId device) {
        lookedAt.add(device.text());
        return platform.look(device);
    }

    @Override
    public Page list(String after, int limit) {
        return platform.list(after, limit);
    }

    @Override
    public Duration deadline() {
        return platform.deadline();
    }

    /** @return whether the device is admitted */
    boolean connect(DeviceId device, X509Certificate certificate) {
        return platform.connect(device, certificate, clock.instant());
    }

    /** What a device was admitted with, in order. */
    List<String> changesOf(DeviceId device) {
        return changes.stream()
                .filter(change -> change.startsWith(device + " "))
                .map(change -> change.substring(device.text().length() + 1))
                .toList();
    }

    static String admittedWith(X509Certificate certificate) {
        return CertificateHash.of(certificate).hex();
    }

    boolean knows(DeviceId device) {
        return platform.known().containsKey(device.text());
    }

    /** Whether it was looked at after its last change. */
    boolean isReadSinceLastChange(DeviceId device) {
        return lookedAt.contains(device.text());
    }
}
