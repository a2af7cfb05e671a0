package io.provisioningbridge.core.domain;

import java.time.Instant;

/**
 * A device that was enrolled at least once.
 *
 * @param id in the spelling of first enrollment
 * @param incarnation which life of the id
 * @param state where it stands
 * @param version counts its changes from 1; a change names the version it was decided on
 * @param address its tunnel address
 * @param peer its one WireGuard peer
 * @param labels what it says about itself
 * @param enrolled when this incarnation first got a certificate
 * @param stateSince when it came to {@code state}
 */
public record Device(
        DeviceId id,
        Incarnation incarnation,
        DeviceState state,
        long version,
        TunnelAddress address,
        TunnelPeer peer,
        Labels labels,
        Instant enrolled,
        Instant stateSince) {

    /** The version expected of a device that has no record. */
    public static final long ABSENT = 0;

    /**
     * What a device says about itself, for people; never used for a decision.
     *
     * @param name at most 128 characters, may be empty
     * @param type at most 128 characters, may be empty
     */
    public record Labels(String name, String type) {

        public static final int MAX_LENGTH = 128;
        public static final Labels NONE = new Labels("", "");

        public Labels {
            if (name.length() > MAX_LENGTH || type.length() > MAX_LENGTH) {
                throw new IllegalArgumentException("a label has at most 128 characters");
            }
        }
    }

    /** The same device with another peer, one version on. */
    public Device withPeer(TunnelPeer other) {
        return new Device(id, incarnation, state, version + 1, address, other, labels, enrolled, stateSince);
    }

    /** The same device in another state, one version on. */
    public Device withState(DeviceState other, Instant at) {
        return new Device(id, incarnation, other, version + 1, address, peer, labels, enrolled, at);
    }
}
