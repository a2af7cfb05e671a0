package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.convergence.Systems;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.drift.DriftReport.Section;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.PublishedPeers;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Compares the store with each outside system, one after the other, and changes nothing. What differs is looked at a second
 * time, and is no finding when the bridge is at work on it or was meanwhile. A system that cannot be read keeps no other from
 * being compared. Safe for concurrent use.
 */
public final class DriftCheck {

    private final List<Function<Calls, Inspection>> inspections = new ArrayList<>();
    private final InstantSource clock;
    private final Pause pause;

    /**
     * @param directory empty where nobody can say what it tells others
     * @param publishedRevision of the snapshot of peers that was published last
     * @param pause between a call in vain and the next
     */
    public DriftCheck(
            DeviceStore store,
            WorkQueue queue,
            Systems systems,
            Optional<PublishedPeers> directory,
            LongSupplier publishedRevision,
            InstantSource clock,
            Pause pause) {
        this.clock = clock;
        this.pause = pause;
        Quiet quiet = new Quiet(store, queue, clock);
        Returning returning = new Returning(store, clock);
        inspections.add(calls ->
                new CertificateInspection(store, queue, systems.platform().isPresent(), quiet, clock));
        inspections.add(calls -> new TunnelInspection(store, systems.tunnel(), calls, quiet));
        directory.ifPresent(published ->
                inspections.add(calls -> new DirectoryInspection(store, published, publishedRevision, calls)));
        systems.updateServer()
                .ifPresent(server ->
                        inspections.add(calls -> new UpdateServerInspection(store, server, calls, quiet, returning)));
        systems.platform()
                .ifPresent(platform ->
                        inspections.add(calls -> new PlatformInspection(store, platform, calls, quiet, returning)));
    }

    /** Compares everything; takes a call or more for each device. Empty when the thread is interrupted. */
    public Optional<DriftReport> round() {
        return inspect(Inspection::all);
    }

    /** Compares all that has to do with these devices. Empty when the thread is interrupted. */
    public Optional<DriftReport> look(Set<DeviceId> devices) {
        return inspect((inspection, found) -> inspection.some(devices, found));
    }

    private Optional<DriftReport> inspect(BiConsumer<Inspection, Findings> how) {
        Instant begun = clock.instant();
        List<Section> sections = new ArrayList<>();
        List<Finding> listed = new ArrayList<>();
        Map<FindingType, Integer> counts = new EnumMap<>(FindingType.class);
        for (Function<Calls, Inspection> each : inspections) {
            Inspection inspection = each.apply(new Calls(pause));
            Findings found = new Findings();
            Optional<String> trouble = Optional.empty();
            try {
                how.accept(inspection, found);
            } catch (BackendException e) {
                trouble = Optional.of(String.valueOf(e.getMessage()));
            }
            if (Thread.currentThread().isInterrupted()) {
                return Optional.empty();
            }
            // What was found until then was looked at twice, and is so whatever the rest would have told.
            listed.addAll(found.listed());
            counts.putAll(found.counts());
            sections.add(new Section(inspection.place(), trouble));
        }
        return Optional.of(new DriftReport(begun, clock.instant(), sections, listed, counts));
    }
}
