package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.drift.FindingType.Remedy;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a round found. Immutable.
 *
 * @param begun when the round began
 * @param ended when it ended
 * @param sections what was compared, in the order of the places; those that are not there are left out
 * @param findings by type, then subject; at most {@value #KEPT} of each type
 * @param counts how many there are of each type, those beyond included; types that were not found are left out
 */
public record DriftReport(
        Instant begun,
        Instant ended,
        List<Section> sections,
        List<Finding> findings,
        Map<FindingType, Integer> counts) {

    /** How many findings of one type are listed; more are only counted. */
    public static final int KEPT = 5000;

    /** The order findings are listed in. */
    public static final Comparator<Finding> ORDER =
            Comparator.comparing(Finding::type).thenComparing(Finding::subject).thenComparing(Finding::detail);

    /**
     * One place.
     *
     * @param place which
     * @param unchecked why it could not be compared to the end, so that what was found there may not be all; empty when
     *     it was
     */
    public record Section(Place place, Optional<String> unchecked) {}

    public DriftReport {
        sections = List.copyOf(sections);
        findings = findings.stream().sorted(ORDER).toList();
        Map<FindingType, Integer> ordered = new EnumMap<>(FindingType.class);
        ordered.putAll(counts);
        counts = Collections.unmodifiableMap(ordered);
    }

    /** How many findings there are, those beyond included. */
    public int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How many of them are what a repair does something about, or an operator should: all but what is not the bridge's. */
    public int own() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().remedy() != Remedy.FOREIGN)
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** Whether every place could be compared. */
    public boolean isComplete() {
        return sections.stream().allMatch(section -> section.unchecked().isEmpty());
    }

    /**
     * The same report, after some devices were looked at again: what is said of them is what the look says, where it could
     * see everything. What goes by another spelling is something else, at which nobody has looked.
     */
    DriftReport after(DriftReport look, Set<DeviceId> devices) {
        Set<String> subjects = new HashSet<>();
        devices.forEach(device -> subjects.add(device.text()));
        Set<Place> lookedAt = new HashSet<>();
        look.sections().stream()
                .filter(section -> section.unchecked().isEmpty())
                .forEach(section -> lookedAt.add(section.place()));
        Set<Finding> now = new LinkedHashSet<>(look.findings());
        now.removeIf(finding -> !lookedAt.contains(finding.type().place()));
        Map<FindingType, Integer> numbers = new EnumMap<>(FindingType.class);
        numbers.putAll(counts);
        look.counts().forEach((type, count) -> {
            if (lookedAt.contains(type.place())) {
                numbers.merge(type, count, Integer::sum);
            }
        });
        for (Finding finding : findings) {
            boolean isOld = subjects.contains(finding.subject())
                    && lookedAt.contains(finding.type().place());
            if (isOld || now.contains(finding)) {
                numbers.merge(finding.type(), -1, Integer::sum);
            } else {
                now.add(finding);
            }
        }
        numbers.values().removeIf(count -> count == 0);
        return new DriftReport(begun, ended, sections, bounded(now), numbers);
    }

    private static List<Finding> bounded(Collection<Finding> all) {
        return Stream.of(FindingType.values())
                .flatMap(type ->
                        all.stream().filter(finding -> finding.type() == type).limit(KEPT))
                .toList();
    }
}
