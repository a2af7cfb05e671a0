package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A platform of devices that cannot be connected to but by {@link #connect}. Operations for the {@link FaultPlan}:
 * {@code put}, {@code remove}, {@code look}, {@code list}. Safe for concurrent use.
 */
public final class InMemoryDevicePlatform implements DevicePlatform {

    private static final int LARGEST_PAGE = 1000;

    private final FaultPlan faults;
    private final boolean quarantines;
    private final InstantSource clock;
    private final Map<String, Registered> devices = new TreeMap<>();
    private final Set<String> makesAnew = new HashSet<>();
    private long made;

    /** Without faults; removes what comes back. */
    public InMemoryDevicePlatform() {
        this(new FaultPlan(), false, InstantSource.system());
    }

    /**
     * @param quarantines whether a device that came back is kept there and shut out, as it must be where it would be made anew
     * @param clock the platform's own
     */
    public InMemoryDevicePlatform(FaultPlan faults, boolean quarantines, InstantSource clock) {
        this.clock = clock;
        this.faults = faults;
        this.quarantines = quarantines;
    }

    @Override
    public void put(Registration registration) {
        uninterrupted("put", () -> {
            String name = registration.device().text();
            Optional<Registered> present = Optional.ofNullable(devices.get(name));
            Credential credential = new Credential.Certificate(CertificateHash.of(registration.certificate()));
            Registered registered = new Registered(
                    present.map(Registered::platformId).orElseGet(this::newId),
                    name,
                    true,
                    credential,
                    Optional.of(registration.attributes()),
                    written(present, credential, registration.attributes()),
                    present.flatMap(Registered::lastConnect));
            devices.put(name, registered);
            return registered;
        });
    }

    @Override
    public Removal remove(DeviceId device, Reason reason) {
        return uninterrupted("remove", () -> {
            Registered present = devices.get(device.text());
            if (present == null) {
                return Removal.ABSENT;
            }
            boolean stays = present.credential() instanceof Credential.Quarantined || reason == Reason.CAME_BACK;
            if (reason == Reason.SUSPENDED || (quarantines && stays)) {
                devices.put(device.text(), with(present, new Credential.Quarantined()));
                return Removal.QUARANTINED;
            }
            devices.remove(device.text());
            if (makesAnew.remove(device.text())) {
                addForeign(device.text(), new Credential.Quarantined());
                return Removal.MADE_ANEW;
            }
            return Removal.ABSENT;
        });
    }

    @Override
    public Optional<Registered> look(DeviceId device) {
        return uninterrupted("look", () -> Optional.ofNullable(devices.get(device.text())));
    }

    @Override
    public Page list(String after, int limit) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + LARGEST_PAGE + " devices, not " + limit);
        }
        return uninterrupted("list", () -> {
            List<Listed> rest = devices.values().stream()
                    .filter(device -> device.name().compareTo(after) > 0)
                    .map(device -> new Listed(device.platformId(), device.name()))
                    .toList();
            return rest.size() <= limit
                    ? new Page(rest, Optional.empty())
                    : new Page(
                            rest.subList(0, limit),
                            Optional.of(rest.get(limit - 1).name()));
        });
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(10);
    }

    /**
     * A device connects.
     *
     * @param at when, kept to the millisecond
     * @return whether it is admitted: it has exactly this certificate
     */
    public synchronized boolean connect(DeviceId device, X509Certificate certificate, Instant at) {
        Registered present = devices.get(device.text());
        if (present == null
                || !present.credential().equals(new Credential.Certificate(CertificateHash.of(certificate)))) {
            return false;
        }
        devices.put(
                device.text(),
                new Registered(
                        present.platformId(),
                        present.name(),
                        present.inProfile(),
                        present.credential(),
                        present.attributes(),
                        present.attributesWritten(),
                        Optional.of(at.truncatedTo(ChronoUnit.MILLIS))));
        return true;
    }

    /**
     * A device connects with any certificate, and is admitted with that from then on, as by a platform that trusts whole chains.
     * Nothing happens where the device is not there.
     *
     * @param at when, kept to the millisecond
     */
    public synchronized void takeOver(DeviceId device, X509Certificate certificate, Instant at) {
        Registered present = devices.get(device.text());
        if (present != null) {
            devices.put(device.text(), with(present, new Credential.Certificate(CertificateHash.of(certificate))));
            connect(device, certificate, at);
        }
    }

    /**
     * Adds a device, or puts another in its place, as someone else does: in no profile of the bridge's.
     *
     * @param name any text
     */
    public synchronized void addForeign(String name, Credential credential) {
        devices.put(
                name,
                new Registered(newId(), name, false, credential, Optional.empty(), Optional.empty(), Optional.empty()));
    }

    /**
     * The device connects as soon as it is removed the next time, and is made anew, as by a platform that makes devices; the same
     * removal finds it and shuts it out.
     */
    public synchronized void makeAnewWhenRemoved(DeviceId device) {
        makesAnew.add(device.text());
    }

    /** Every device there is, by name. */
    public synchronized Map<String, Registered> known() {
        return Map.copyOf(devices);
    }

    /** Moves a device out of the bridge's profile, as someone else does. Nothing happens where it is not there. */
    public synchronized void moveForeign(DeviceId device) {
        devices.computeIfPresent(
                device.text(),
                (name, present) -> new Registered(
                        present.platformId(),
                        name,
                        false,
                        present.credential(),
                        present.attributes(),
                        present.attributesWritten(),
                        present.lastConnect()));
    }

    /** Removes a device, as someone else does. */
    public synchronized void removeForeign(String name) {
        devices.remove(name);
    }

    private Optional<Instant> written(Optional<Registered> present, Credential credential, Attributes attributes) {
        return present.filter(known -> known.attributes().equals(Optional.of(attributes)))
                .filter(known -> known.credential().equals(credential))
                .map(Registered::attributesWritten)
                .orElseGet(() -> Optional.of(clock.instant().truncatedTo(ChronoUnit.MILLIS)));
    }

    private String newId() {
        return "platform-" + ++made;
    }

    private static Registered with(Registered present, Credential credential) {
        return new Registered(
                present.platformId(),
                present.name(),
                present.inProfile(),
                credential,
                present.attributes(),
                present.attributesWritten(),
                present.lastConnect());
    }

    private <T> T uninterrupted(String operation, Supplier<T> effect) {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackendUnavailableException("the calling thread is interrupted", Effect.NONE);
        }
        return faults.call(operation, () -> {
            synchronized (this) {
                return effect.get();
            }
        });
    }
}
