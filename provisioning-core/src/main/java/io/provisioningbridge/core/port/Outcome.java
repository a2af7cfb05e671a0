package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.TunnelAddress;

/** What became of a {@link Change}. All but the first two mean that nothing was written, unless they say otherwise. */
public sealed interface Outcome {

    /** Written, and durable. */
    record Committed() implements Outcome {}

    /**
     * Written, and durable; the device has, or is going to have, this address.
     *
     * @param address leased for it
     */
    record Leased(TunnelAddress address) implements Outcome {}

    /** The certificate came too late for its intent; it is stored and due for revocation. */
    record StoredForRevocation() implements Outcome {}

    /** What the change was decided on is no longer so: read again and decide again. */
    record Conflict() implements Outcome {}

    /** A key belongs to another device. */
    record KeyInUse(Key which) implements Outcome {

        /** Which of a device's keys. */
        public enum Key {
            CERTIFICATE,
            PEER
        }
    }

    /** There is no address to give. */
    record PoolExhausted() implements Outcome {}
}
