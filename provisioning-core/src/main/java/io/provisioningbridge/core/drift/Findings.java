package io.provisioningbridge.core.drift;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Collects what one inspection finds: the first of each type, and how many there are. */
final class Findings {

    private final Map<FindingType, Set<Finding>> kept = new EnumMap<>(FindingType.class);
    private final Map<FindingType, Integer> beyond = new EnumMap<>(FindingType.class);

    /** A listing may name one thing twice; it is found once. */
    void add(Finding finding) {
        Set<Finding> sameType = kept.computeIfAbsent(finding.type(), type -> new LinkedHashSet<>());
        if (sameType.size() < DriftReport.KEPT) {
            sameType.add(finding);
        } else if (!sameType.contains(finding)) {
            beyond.merge(finding.type(), 1, Integer::sum);
        }
    }

    void addAll(Collection<Finding> findings) {
        findings.forEach(this::add);
    }

    /** How many of each type; types that were not found are left out. */
    Map<FindingType, Integer> counts() {
        Map<FindingType, Integer> counts = new EnumMap<>(FindingType.class);
        kept.forEach((type, findings) -> counts.put(type, findings.size() + beyond.getOrDefault(type, 0)));
        return counts;
    }

    /** Those that were kept. */
    Set<Finding> listed() {
        Set<Finding> listed = new LinkedHashSet<>();
        kept.values().forEach(listed::addAll);
        return listed;
    }
}
