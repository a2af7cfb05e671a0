package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.convergence.Targets;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.core.port.UpdateServer.Target;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Compares the targets of the update server. It is asked for all of them, page by page; whatever differs is asked for by
 * itself. Of the whole fleet only the ids of devices with a target are kept meanwhile.
 */
final class UpdateServerInspection implements Inspection {

    private final DeviceStore store;
    private final UpdateServer server;
    private final Calls calls;
    private final Quiet quiet;
    private final Returning returning;

    UpdateServerInspection(DeviceStore store, UpdateServer server, Calls calls, Quiet quiet, Returning returning) {
        this.store = store;
        this.server = server;
        this.calls = calls;
        this.quiet = quiet;
        this.returning = returning;
    }

    @Override
    public Place place() {
        return Place.UPDATE_SERVER;
    }

    @Override
    public void all(Findings found) {
        Set<DeviceId> asItShouldBe = new HashSet<>();
        OptionalLong from = OptionalLong.of(0);
        while (from.isPresent()) {
            Fleet.endIfInterrupted();
            long first = from.getAsLong();
            UpdateServer.Page page = calls.ask(() -> server.list(first));
            page.targets().forEach(target -> listed(target, asItShouldBe, found));
            from = page.next();
        }
        Fleet.forEach(store, EnumSet.of(DeviceState.CONNECTED), device -> {
            if (!asItShouldBe.contains(device.id())) {
                look(device.id(), found);
            }
        });
        returning.find(FindingType.RETURNING_TARGET, "the update server", found);
    }

    private void listed(Seen target, Set<DeviceId> asItShouldBe, Findings found) {
        Optional<DeviceId> id = DeviceId.parse(target.id()).value();
        if (id.isEmpty()) {
            found.add(Finding.foreign(FindingType.ORPHAN_TARGET, target.id(), "no device of the bridge goes by this"));
            return;
        }
        if (judge(id.get(), store.find(id.get()), Optional.of(target)).isEmpty()) {
            asItShouldBe.add(id.get());
        } else {
            look(id.get(), found);
        }
    }

    @Override
    public void some(Set<DeviceId> devices, Findings found) {
        devices.forEach(device -> look(device, found));
    }

    private void look(DeviceId id, Findings found) {
        found.addAll(quiet.during(
                id,
                Backend.UPDATE_SERVER,
                () -> calls.askOfOne(
                        () -> judge(id, store.find(id), server.find(id)), problem -> unreadable(id, problem))));
    }

    /** A stranger is one whatever else there is to know of it. */
    private List<Finding> unreadable(DeviceId id, String problem) {
        return List.of(
                quiet.isKnown(id)
                        ? Finding.of(FindingType.UNREADABLE_TARGET, id, "it could not be read: " + problem)
                        : stranger(id));
    }

    /** @param there the target of exactly this id */
    private List<Finding> judge(DeviceId id, Optional<Device> device, Optional<Seen> there) {
        if (device.isEmpty()) {
            return there.map(target -> stranger(id)).map(List::of).orElseGet(List::of);
        }
        if (!device.get().id().equals(id)) {
            return there.map(target -> Finding.foreign(
                            FindingType.ORPHAN_TARGET,
                            id.text(),
                            "the device is spelled " + device.get().id()))
                    .map(List::of)
                    .orElseGet(List::of);
        }
        return switch (device.get().state()) {
            // It may have registered itself already.
            case ENROLLED -> List.of();
            case CONNECTED -> judgeOfConnected(device.get(), there);
            case SUSPENDED, DECOMMISSIONED ->
                there.map(target -> Finding.of(
                                FindingType.ZOMBIE_TARGET,
                                id,
                                "the device is " + device.get().state().name().toLowerCase(Locale.ROOT)))
                        .map(List::of)
                        .orElseGet(List::of);
        };
    }

    private Finding stranger(DeviceId id) {
        return quiet.isKnown(id)
                ? Finding.of(FindingType.ZOMBIE_TARGET, id, "the device is no longer known")
                : Finding.foreign(FindingType.ORPHAN_TARGET, id.text(), "no device of the bridge goes by this");
    }

    private List<Finding> judgeOfConnected(Device device, Optional<Seen> there) {
        if (there.isEmpty()) {
            return List.of(Finding.of(FindingType.MISSING_TARGET, device.id(), "no such target"));
        }
        Target should = Targets.of(device, store.targetToken(device.id()));
        List<String> wrong = new ArrayList<>();
        if (!there.get().name().equals(should.name())) {
            wrong.add("name");
        }
        if (!there.get().description().equals(should.description())) {
            wrong.add("description");
        }
        if (isAnother(there.get().token(), should.token())) {
            wrong.add("token");
        }
        return wrong.isEmpty()
                ? List.of()
                : List.of(Finding.of(FindingType.WRONG_TARGET, device.id(), "another " + String.join(", ", wrong)));
    }

    /** What is not shown, or may be any, is no other. */
    private static boolean isAnother(Optional<Secret> there, Optional<Secret> should) {
        return there.isPresent()
                && should.isPresent()
                && !there.get().reveal().equals(should.get().reveal());
    }
}
