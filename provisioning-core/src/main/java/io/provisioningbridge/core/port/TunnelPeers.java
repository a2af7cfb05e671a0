package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The peers the tunnel server knows. Peers that are not named stay as they are. The cost of {@link #put} and {@link #remove}
 * does not grow with the number of peers; that of {@link #observe} does. Safe for concurrent use.
 *
 * <p>Methods throw {@link BackendUnavailableException} when the server cannot be reached; any part of the call may have been
 * done by then.
 */
public interface TunnelPeers {

    /**
     * A peer as it should be.
     *
     * @param key what the server knows it by
     * @param address all it may send from, and be reached at: exactly this /32
     * @param replaces keys that had the address before; removed first, whether they are there or not
     */
    record Assignment(PeerKey key, TunnelAddress address, Set<PeerKey> replaces) {

        public Assignment {
            replaces = Set.copyOf(replaces);
            if (replaces.contains(key)) {
                throw new IllegalArgumentException("a key cannot replace itself");
            }
        }
    }

    /** What became of one item. */
    sealed interface Result {

        /** The server says it is done; for a projection, it is written. */
        record Done() implements Result {}

        /**
         * The server will not, and the same again will be refused again.
         *
         * @param why for people
         */
        record Refused(String why) implements Result {}
    }

    /**
     * Makes peers known, a session under way with one that is there already untouched. Repeating it is harmless. Where
     * another peer has the address, it loses it; only where what others wrote down must not be touched, that of a foreign
     * peer is refused instead. Never do two peers have one address.
     *
     * @return one result for each, in the same order
     */
    List<Result> put(List<Assignment> peers);

    /**
     * Removes peers; one that is not there is removed.
     *
     * @return one result for each, in the same order
     */
    List<Result> remove(List<PeerKey> peers);

    /**
     * Every peer there is, also those of others, with what it may send from, as the server writes it ({@code 10.8.0.2/32}).
     * Neither private nor pre-shared keys are kept.
     */
    Map<PeerKey, Set<String>> observe();

    /** How well {@link #observe} knows: {@link Evidence#OBSERVED}, or {@link Evidence#PROJECTED} for what is only written down. */
    Evidence evidence();

    /**
     * Another number than before when peers that were put may be gone: the interface was made anew, say. Cheap; the same
     * number while the server cannot be reached.
     */
    long epoch();

    /** The longest time a call takes before it returns or throws. */
    Duration deadline();
}
