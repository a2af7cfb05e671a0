package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DesiredPeer;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known and how each change changes it. A change is judged before anything is touched, so that there is nothing to
 * take back. Not safe for concurrent use.
 */
final class InMemoryState {

    private final Map<String, Device> devices = new HashMap<>();
    private final Map<PeerKey, String> peersOfDevices = new HashMap<>();
    private final Map<PeerKey, DeviceId> peerOwners = new HashMap<>();
    private final Map<String, Set<PeerKey>> peerKeys = new HashMap<>();
    private final Map<String, Incarnation> readmitted = new HashMap<>();
    private final Map<String, List<AuditEvent>> events = new HashMap<>();
    private final Map<String, List<Attempt>> attempts = new HashMap<>();
    private final Map<Allowance, Instant> allowances = new HashMap<>();
    private final Map<String, Secret> targetTokens = new HashMap<>();
    private final Intents intents = new Intents();
    private final Certificates certificates = new Certificates();
    private final Lanes lanes = new Lanes();
    private final Leases leases;
    private final IssuanceChanges issuance;
    private final KnownDeviceChanges knownDevices;
    private final LifeChanges life;

    private record Allowance(String device, KeyHash key) {}

    InMemoryState(AddressPools pools) {
        this.leases = new Leases(pools);
        Claims claims = new Claims(this);
        this.issuance = new IssuanceChanges(this, claims);
        this.knownDevices = new KnownDeviceChanges(this, claims);
        this.life = new LifeChanges(this);
    }

    Optional<Device> device(String key) {
        return Optional.ofNullable(devices.get(key));
    }

    Intents intents() {
        return intents;
    }

    Certificates certificates() {
        return certificates;
    }

    Leases leases() {
        return leases;
    }

    Lanes lanes() {
        return lanes;
    }

    List<AuditEvent> events(String key) {
        return List.copyOf(events.getOrDefault(key, List.of()));
    }

    Outcome apply(Change change) {
        if (change instanceof Change.Reserved reserved) {
            return issuance.reserve(reserved);
        }
        if (change instanceof Change.Enrolled enrolled) {
            return issuance.enroll(enrolled);
        }
        if (change instanceof Change.Undone undone) {
            return issuance.undo(undone);
        }
        if (change instanceof Change.Rejected rejected) {
            return issuance.reject(rejected);
        }
        if (change instanceof Change.PeerReplaced replaced) {
            return knownDevices.replacePeer(replaced);
        }
        if (change instanceof Change.Seen seen) {
            return knownDevices.see(seen);
        }
        if (change instanceof Change.Attempted attempted) {
            return knownDevices.remember(attempted);
        }
        if (change instanceof Change.Allowed allowed) {
            return knownDevices.allow(allowed);
        }
        if (change instanceof Change.Revoked revoked) {
            return knownDevices.revoke(revoked);
        }
        if (change instanceof Change.Connected connected) {
            return life.connect(connected);
        }
        if (change instanceof Change.CameBack cameBack) {
            return life.noteReturn(cameBack);
        }
        if (change instanceof Change.Suspended suspended) {
            return life.suspend(suspended);
        }
        if (change instanceof Change.Resumed resumed) {
            return life.resume(resumed);
        }
        if (change instanceof Change.Decommissioned decommissioned) {
            return life.decommission(decommissioned);
        }
        if (change instanceof Change.AddressReleased released) {
            return life.release(released);
        }
        if (change instanceof Change.Readmitted again) {
            return life.readmit(again);
        }
        if (change instanceof Change.MarkedDue marked) {
            return life.markDue(marked);
        }
        return issuance.reserveImported((Change.AddressesImported) change);
    }

    /** What a change that changed something brings with it, and one that changed nothing does not. */
    void conclude(Change change, DeviceId device) {
        fallBehind(device, change.makesDue(), change.audit());
        log(change.audit());
    }

    void fallBehind(DeviceId device, Set<Backend> backends, AuditEvent audit) {
        Optional<Device> known = device(device.key());
        lanes.fallBehind(
                known.map(Device::id).orElse(device), known.isPresent(), backends, Milliseconds.of(audit.at()));
    }

    /** Those of the device's lanes that are there and have not failed fall behind. */
    void hint(DeviceId device, Set<Backend> backends, Instant now) {
        Optional<Device> known = device(device.key());
        lanes.hint(known.map(Device::id).orElse(device), known.isPresent(), backends, now);
    }

    /** Every device has a lane at each of these from now on, and none is made due elsewhere that is not there. */
    void keepLanes(Set<Backend> systems, Instant now) {
        Set<Backend> added = lanes.keep(systems);
        devices.values().forEach(device -> lanes.addMissing(device.id(), added, now));
    }

    Optional<Secret> targetToken(String device) {
        return Optional.ofNullable(targetTokens.get(device));
    }

    /** @return whether it had none */
    boolean giveToken(String device, Secret token) {
        return targetTokens.putIfAbsent(device, token) == null;
    }

    List<Attempt> attempts(String key) {
        return List.copyOf(attempts.getOrDefault(key, List.of()));
    }

    boolean isAllowed(String device, KeyHash key, Instant now) {
        Instant expires = allowances.get(new Allowance(device, key));
        return expires != null && now.isBefore(expires);
    }

    List<Device> list(DeviceQuery query) {
        return devices.values().stream()
                .filter(device -> device.id().key().compareTo(query.after()) > 0)
                .filter(device -> query.states().isEmpty() || query.states().contains(device.state()))
                .filter(device -> device.id().key().contains(DeviceId.keyOf(query.contains())))
                .sorted(Comparator.comparing(device -> device.id().key()))
                .limit(query.limit())
                .toList();
    }

    long versionOf(String device) {
        return device(device).map(Device::version).orElse(Device.ABSENT);
    }

    Incarnation incarnation(String device) {
        return device(device).map(Device::incarnation).orElse(readmitted.getOrDefault(device, Incarnation.FIRST));
    }

    /** Whether it is the present peer of another device. */
    boolean isPeerOfAnother(PeerKey key, String device) {
        return !peersOfDevices.getOrDefault(key, device).equals(device);
    }

    /** The later claim is the one that counts. */
    void claimPeer(PeerKey key, DeviceId device) {
        DeviceId before = peerOwners.put(key, device);
        if (before != null) {
            peerKeys.getOrDefault(before.key(), new HashSet<>()).remove(key);
        }
        peerKeys.computeIfAbsent(device.key(), none -> new HashSet<>()).add(key);
    }

    Set<PeerKey> peerKeys(String device) {
        return Set.copyOf(peerKeys.getOrDefault(device, Set.of()));
    }

    Map<PeerKey, DeviceId> peerOwners(Set<PeerKey> keys) {
        Map<PeerKey, DeviceId> owners = new HashMap<>();
        for (PeerKey key : keys) {
            DeviceId owner = peerOwners.get(key);
            if (owner != null) {
                owners.put(key, owner);
            }
        }
        return owners;
    }

    /** In the order of the devices' keys. */
    List<DesiredPeer> desiredPeers() {
        return devices.values().stream()
                .filter(InMemoryState::hasPeer)
                .sorted(Comparator.comparing(device -> device.id().key()))
                .map(device -> new DesiredPeer(device.id(), device.peer().key(), device.address()))
                .toList();
    }

    private static boolean hasPeer(Device device) {
        return device.state() != DeviceState.SUSPENDED && !isOutOfService(device);
    }

    static boolean isOutOfService(Device device) {
        return device.state() == DeviceState.DECOMMISSIONED;
    }

    Optional<Device> deviceInService(String device) {
        return device(device).filter(known -> !isOutOfService(known));
    }

    void setPeer(Device device, TunnelPeer peer) {
        setDevice(device.withPeer(peer));
        if (hasPeer(device) && !peer.key().equals(device.peer().key())) {
            leases.peersChanged();
        }
    }

    void setDevice(Device device) {
        Device before = devices.put(device.id().key(), device);
        if (before != null) {
            peersOfDevices.remove(before.peer().key());
        }
        peersOfDevices.put(device.peer().key(), device.id().key());
    }

    /** Each key is there once; the oldest one goes when there are too many. */
    void remember(String device, Attempt attempt) {
        List<Attempt> kept = attempts.computeIfAbsent(device, none -> new ArrayList<>());
        kept.removeIf(other -> other.key().equals(attempt.key()));
        kept.add(0, attempt);
        if (kept.size() > Attempt.KEPT) {
            kept.remove(Attempt.KEPT);
        }
    }

    void allow(String device, KeyHash key, Instant expires) {
        allowances.put(new Allowance(device, key), expires);
    }

    void useUpAllowance(String device, KeyHash key) {
        allowances.remove(new Allowance(device, key));
    }

    Set<String> outOfService() {
        return devices.values().stream()
                .filter(InMemoryState::isOutOfService)
                .map(device -> device.id().key())
                .collect(Collectors.toSet());
    }

    /** What others tried, what operators allowed, and what the device was given for others. */
    void forgetHints(String device) {
        targetTokens.remove(device);
        attempts.remove(device);
        allowances.keySet().removeIf(allowance -> allowance.device().equals(device));
    }

    /** From now on there is no such device, and its next life is this. */
    void forget(Device device, Incarnation next) {
        String key = device.id().key();
        devices.remove(key);
        peersOfDevices.remove(device.peer().key());
        forgetHints(key);
        readmitted.put(key, next);
    }

    void log(AuditEvent event) {
        if (!event.subject().isEmpty()) {
            events.computeIfAbsent(event.subject(), none -> new ArrayList<>()).add(Milliseconds.of(event));
        }
    }
}
