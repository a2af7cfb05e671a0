package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who has which address. Devices are known here by their key. Not safe for concurrent use. */
final class Leases {

    /** What an address is leased for. */
    enum Kind {
        /** Promised by an open intent of a device that never had an address: free again when the intent ends in vain. */
        PENDING,
        /** Taken over from another installation for an id that is not enrolled. */
        IMPORTED,
        /** A device has it. */
        HELD
    }

    record Lease(String spelling, TunnelAddress address, Kind kind) {}

    private final AddressPools pools;
    private final FreeAddresses free;
    private final Map<String, Lease> byDevice = new HashMap<>();
    private final Map<TunnelAddress, String> holders = new HashMap<>();
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

    /** The lease the device has, or a pending one of the lowest free address. */
    TunnelAddress leaseFor(DeviceId id) {
        return of(id.key())
                .map(Lease::address)
                .orElseGet(() -> put(id.text(), free.lowest().orElseThrow(), Kind.PENDING));
    }

    /** Makes the device's lease its own for good. */
    TunnelAddress hold(DeviceId id) {
        Lease before = of(id.key()).orElseThrow();
        if (before.kind() == Kind.PENDING || !before.spelling().equals(id.text())) {
            revision++;
        }
        return put(id.text(), before.address(), Kind.HELD);
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
     */
    boolean collides(Change.AddressesImported change, Set<String> passing) {
        Set<String> devices = new HashSet<>();
        Set<TunnelAddress> addresses = new HashSet<>();
        for (Map.Entry<String, TunnelAddress> entry : change.reserved().entrySet()) {
            String device = DeviceId.keyOf(entry.getKey());
            TunnelAddress address = entry.getValue();
            boolean otherAddress = !passing.contains(device)
                    && of(device)
                            .filter(lease -> !lease.address().equals(address))
                            .isPresent();
            if (otherAddress
                    || (isHeld(address, passing) && !device.equals(holders.get(address)))
                    || unassignable.contains(address)
                    || pools.isServerAddress(address)
                    || !devices.add(device)
                    || !addresses.add(address)) {
                return true;
            }
        }
        return change.unassignable().stream()
                .anyMatch(address -> addresses.contains(address) || isHeld(address, passing));
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
            revision++;
        }
        boolean blocked = unassignable.addAll(change.unassignable());
        change.unassignable().forEach(free::take);
        return reserved || blocked;
    }

    long revision() {
        return revision;
    }

    PeerSnapshot peers() {
        Map<String, TunnelAddress> addresses = new HashMap<>();
        for (Lease lease : byDevice.values()) {
            if (lease.kind() != Kind.PENDING) {
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
        free.take(address);
        byDevice.put(device, new Lease(spelling, address, kind));
        holders.put(address, device);
        ever.add(Map.entry(device, address));
        return address;
    }
}
