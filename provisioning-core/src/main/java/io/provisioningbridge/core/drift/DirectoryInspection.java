package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.PublishedPeers;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Compares what others are told of tunnel addresses. */
final class DirectoryInspection implements Inspection {

    private static final String NAME = "the peer directory";

    private final DeviceStore store;
    private final PublishedPeers directory;
    private final LongSupplier publishedRevision;
    private final Calls calls;

    /** @param publishedRevision of the snapshot that was published last */
    DirectoryInspection(DeviceStore store, PublishedPeers directory, LongSupplier publishedRevision, Calls calls) {
        this.store = store;
        this.directory = directory;
        this.publishedRevision = publishedRevision;
        this.calls = calls;
    }

    @Override
    public Place place() {
        return Place.PEER_DIRECTORY;
    }

    @Override
    public void all(Findings found) {
        compare(finding -> true, found);
    }

    @Override
    public void some(Set<DeviceId> devices, Findings found) {
        Set<String> subjects = devices.stream().map(DeviceId::text).collect(Collectors.toSet());
        compare(finding -> subjects.contains(finding.subject()), found);
    }

    private void compare(Predicate<Finding> wanted, Findings found) {
        PeerSnapshot before = store.peers();
        Set<Finding> first = differences(before);
        if (first.stream().noneMatch(wanted)) {
            return;
        }
        // While devices enroll it is never quite what the store says. But what differs both before and after it was
        // published as the store said at the first look is not under way: somebody else did it.
        if (!calls.await(() -> publishedRevision.getAsLong() >= before.revision())) {
            throw new BackendUnavailableException("it is not published yet as the store says", Effect.NONE);
        }
        Set<Finding> second = differences(store.peers());
        second.retainAll(first);
        second.stream().filter(wanted).forEach(found::add);
    }

    private Set<Finding> differences(PeerSnapshot snapshot) {
        Fleet.endIfInterrupted();
        Parsed<SortedMap<String, Parsed<TunnelAddress>>> published = calls.ask(directory::published);
        return published.fold(
                entries -> compare(snapshot.addresses(), entries),
                problem -> new LinkedHashSet<>(
                        Set.of(Finding.foreign(FindingType.BROKEN_DIRECTORY, NAME, "it " + problem))));
    }

    private Set<Finding> compare(Map<String, TunnelAddress> leases, SortedMap<String, Parsed<TunnelAddress>> entries) {
        Set<Finding> differences = new LinkedHashSet<>();
        leases.forEach((id, address) -> {
            Parsed<TunnelAddress> entry = entries.get(id);
            if (entry == null) {
                differences.add(finding(FindingType.MISSING_ENTRY, id, address.toString()));
            } else if (!entry.value().equals(Optional.of(address))) {
                String said = entry.fold(TunnelAddress::toString, problem -> "what stands there " + problem);
                differences.add(finding(FindingType.WRONG_ENTRY, id, said + " instead of " + address));
            }
        });
        entries.forEach((id, entry) -> {
            if (!leases.containsKey(id)) {
                String said = entry.fold(TunnelAddress::toString, problem -> "what stands there " + problem);
                boolean isPast = entry.value()
                        .filter(address -> store.everLeased(id, address))
                        .isPresent();
                differences.add(finding(isPast ? FindingType.UNWANTED_ENTRY : FindingType.ORPHAN_ENTRY, id, said));
            }
        });
        return differences;
    }

    /** A reservation of another installation may be under an id no device could have here. */
    private static Finding finding(FindingType type, String id, String detail) {
        return type == FindingType.ORPHAN_ENTRY
                ? Finding.foreign(type, id, detail)
                : new Finding(type, id, DeviceId.parse(id).value(), detail);
    }
}
