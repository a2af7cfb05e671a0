package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Who has which address. Devices are known here by their key. Not safe for concurrent use. */
final class Leases {

    /** What an address is leased for. */
    enum Kind {
        /** Promised by an open intent of a device that never had an address: free again when the intent ends in vain. */
        PENDING,
        /** Taken over from another installation for an id that is not enrolled. */
        IMPORTED,
        /** A device has it. */
        HELD,
        /** A device out of service has it until the tunnel server has let it go. */
        RETIRED
    }

    record Lease(String spelling, TunnelAddress address, Kind kind) {}

    /** An address nobody has, and from when on somebody may. */
    private record Resting(Instant until, TunnelAddress address) {}

    private final AddressPools pools;
    private final FreeAddresses free;
    private final Map<String, Lease> byDevice = new HashMap<>();
    private final Map<TunnelAddress, String> holders = new HashMap<>();
    private final Map<TunnelAddress, Resting> resting = new HashMap<>();
    private final TreeSet<Resting> longestRestedFirst =
            new TreeSet<>(Comparator.comparing(Resting::until).thenComparing(Resting::address));
    private final Set<TunnelAddress> unassignable = new HashSet<>();
    private final Set<Map.Entry<String, TunnelAddress>> ever = new HashSet<>();
    private long revision;

    Leases(AddressPools pools) {
        this.pools = pools;
        this.free = new FreeAddresses(pools);
    }

    Optional<Lease> of(String device) {
        return Optional.ofNullable(byDevice.get(device));
    }

    boolean isPending(String device) {
        return of(device).filter(lease -> lease.kind() == Kind.PENDING).isPresent();
    }

    boolean anyFree() {
        return free.lowest().isPresent();
    }

    /** The one of those whose rest is over that has rested longest. */
    Optional<TunnelAddress> rested(Instant now) {
        return longestRestedFirst.stream()
                .takeWhile(address -> !now.isBefore(address.until()))
                .map(Resting::address)
                .filter(pools::assignable)
                .findFirst();
    }

    /** The lease the device has, or a pending one of the lowest free address, or else of one that has rested. */
    TunnelAddress leaseFor(DeviceId id, Instant now) {
        return of(id.key())
                .map(Lease::address)
                .orElseGet(
                        () -> put(id.text(), free.lowest().or(() -> rested(now)).orElseThrow(), Kind.PENDING));
    }

    /** Makes the device's lease its own for good. */
    TunnelAddress hold(DeviceId id) {
        return put(id.text(), of(id.key()).orElseThrow().address(), Kind.HELD);
    }

    /** The device keeps its lease, and is no longer in the peers. */
    void retire(DeviceId id) {
        put(id.text(), of(id.key()).orElseThrow().address(), Kind.RETIRED);
    }

    /** Lets the address of a device rest. False when it has none. */
    boolean release(String device, Instant until) {
        Lease lease = byDevice.remove(device);
        if (lease == null) {
            return false;
        }
        holders.remove(lease.address());
        Resting rest = new Resting(until, lease.address());
        resting.put(lease.address(), rest);
        longestRestedFirst.add(rest);
        return true;
    }

    void freeIfPending(String device) {
        of(device).filter(lease -> lease.kind() == Kind.PENDING).ifPresent(lease -> {
            byDevice.remove(device);
            holders.remove(lease.address());
            free.putBack(lease.address());
        });
    }

    /**
     * Whether an import cannot be had: an address or an id is leased otherwise, here or within the import.
     *
     * @param passing devices whose pending lease ends before the import begins
     * @param out devices out of service: what is theirs is not given to them again
     */
    boolean collides(Change.AddressesImported change, Set<String> passing, Set<String> out, Instant now) {
        Set<String> devices = new HashSet<>();
        Set<TunnelAddress> addresses = new HashSet<>();
        for (Map.Entry<String, TunnelAddress> entry : change.reserved().entrySet()) {
            String device = DeviceId.keyOf(entry.getKey());
            TunnelAddress address = entry.getValue();
            boolean otherAddress = !passing.contains(device)
                    && of(device)
                            .filter(lease -> !lease.address().equals(address))
                            .isPresent();
            boolean shutOut = out.contains(device) && of(device).isEmpty();
            if (otherAddress
                    || shutOut
                    || isResting(address, now)
                    || (isHeld(address, passing) && !device.equals(holders.get(address)))
                    || unassignable.contains(address)
                    || pools.isServerAddress(address)
                    || !devices.add(device)
                    || !addresses.add(address)) {
                return true;
            }
        }
        return change.unassignable().stream()
                .anyMatch(
                        address -> addresses.contains(address) || isHeld(address, passing) || isResting(address, now));
    }

    private boolean isResting(TunnelAddress address, Instant now) {
        Resting rest = resting.get(address);
        return rest != null && now.isBefore(rest.until());
    }

    private boolean isHeld(TunnelAddress address, Set<String> passing) {
        String holder = holders.get(address);
        return holder != null && !passing.contains(holder);
    }

    /** Takes over what does not collide. Whether that changed anything. */
    boolean reserve(Change.AddressesImported change) {
        boolean reserved = false;
        for (Map.Entry<String, TunnelAddress> entry : change.reserved().entrySet()) {
            String device = DeviceId.keyOf(entry.getKey());
            // A pending lease of the very address becomes a reservation: it stays when its intent ends in vain.
            if (of(device).isEmpty() || isPending(device)) {
                put(entry.getKey(), entry.getValue(), Kind.IMPORTED);
                reserved = true;
            }
        }
        if (reserved) {
            peersChanged();
        }
        boolean blocked = unassignable.addAll(change.unassignable());
        change.unassignable().forEach(this::take);
        return reserved || blocked;
    }

    /** Who has which address, or which key, is not as it was. */
    void peersChanged() {
        revision++;
    }

    long revision() {
        return revision;
    }

    PeerSnapshot peers() {
        Map<String, TunnelAddress> addresses = new HashMap<>();
        for (Lease lease : byDevice.values()) {
            if (lease.kind() == Kind.HELD || lease.kind() == Kind.IMPORTED) {
                addresses.put(lease.spelling(), lease.address());
            }
        }
        return PeerSnapshot.of(revision, addresses);
    }

    boolean everLeased(String device, TunnelAddress address) {
        return ever.contains(Map.entry(device, address));
    }

    private TunnelAddress put(String spelling, TunnelAddress address, Kind kind) {
        String device = DeviceId.keyOf(spelling);
        take(address);
        byDevice.put(device, new Lease(spelling, address, kind));
        holders.put(address, device);
        ever.add(Map.entry(device, address));
        return address;
    }

    private void take(TunnelAddress address) {
        free.take(address);
        Resting rest = resting.remove(address);
        if (rest != null) {
            longestRestedFirst.remove(rest);
        }
    }
}
