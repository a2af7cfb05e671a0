package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sorts the entries of another installation's peers file. Not safe for concurrent use. */
final class ImportSorter {

    private static final int MAX_ID = 256;

    private final AddressPools pools;
    private final List<PeerImport.LeftOut> leftOut = new ArrayList<>();
    private final SortedMap<TunnelAddress, SortedSet<String>> claims = new TreeMap<>();
    private final Set<TunnelAddress> unattributable = new HashSet<>();
    private final SortedMap<String, TunnelAddress> kept = new TreeMap<>();
    // By what the store knows ids by: two spellings are one device, which can have one address only.
    private final Map<String, Set<TunnelAddress>> addressesOf = new HashMap<>();

    ImportSorter(AddressPools pools) {
        this.pools = pools;
    }

    void add(PeersJson.Entry entry) {
        String problem = entry.address().fold(this::problemOf, unreadable -> unreadable);
        if (problem.isEmpty()) {
            add(entry.id(), entry.address().orThrow());
        } else {
            leaveOut(entry.id(), problem);
        }
    }

    private void add(String id, TunnelAddress address) {
        if (sane(id)) {
            claim(address, id);
            kept.put(id, address);
            addressesOf
                    .computeIfAbsent(DeviceId.keyOf(id), key -> new HashSet<>())
                    .add(address);
        } else {
            claim(address, Printable.quote(id));
            unattributable.add(address);
            leaveOut(id, "the id is not 1 to 256 printable characters; " + address + " is withheld");
        }
    }

    private void claim(TunnelAddress address, String id) {
        claims.computeIfAbsent(address, key -> new TreeSet<>()).add(id);
    }

    private void leaveOut(String id, String reason) {
        leftOut.add(new PeerImport.LeftOut(Printable.quote(id), reason));
    }

    PeerImport sorted(String sha256) {
        addressesOf.values().stream().filter(addresses -> addresses.size() > 1).forEach(unattributable::addAll);
        SortedMap<TunnelAddress, SortedSet<String>> withheld = new TreeMap<>(claims);
        withheld.entrySet().removeIf(claim -> claim.getValue().size() == 1 && !unattributable.contains(claim.getKey()));
        kept.values().removeAll(withheld.keySet());
        return new PeerImport(kept, withheld, leftOut, sha256);
    }

    private String problemOf(TunnelAddress address) {
        long firstOctet = address.number() >> 24;
        if (firstOctet == 0 || firstOctet == 127 || firstOctet >= 224) {
            return address + " is not an address a device can have";
        }
        if (pools.isServerAddress(address)) {
            return address + " is the tunnel server's own address";
        }
        boolean edge =
                pools.subnets().stream().anyMatch(subnet -> subnet.contains(address) && !subnet.assignable(address));
        return edge ? address + " is the first or last address of its network" : "";
    }

    /** Whether an id can be kept and shown as it is. Half of a surrogate pair, which cannot, is no JSON in the first place. */
    private static boolean sane(String id) {
        return !id.isBlank()
                && id.length() <= MAX_ID
                && id.codePoints().allMatch(c -> switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> false;
                    default -> true;
                });
    }
}
