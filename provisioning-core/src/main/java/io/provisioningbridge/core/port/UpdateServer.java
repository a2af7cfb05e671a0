package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The devices an update server knows, each as a target that goes by the device's id, spelled as enrolled: {@code dev-1} and
 * {@code DEV-1} are two targets. Targets that are not named stay as they are. Safe for concurrent use.
 *
 * <p>Methods throw {@link BackendUnavailableException} when the server cannot be reached, or does not let the bridge in: an
 * operator cures that at the server, and nothing but waiting is right until then. Any part of the call may have been done
 * by then. What the server judges about one target is that target's {@link Result}, and keeps no other one waiting.
 */
public interface UpdateServer {

    /**
     * A target as it should be.
     *
     * @param device whose it is
     * @param name for people; 1 to {@value #LONGEST_NAME} characters
     * @param description for people; up to {@value #LONGEST_DESCRIPTION} characters, perhaps none
     * @param address where the device can be reached; whatever is there stays where this is empty. A server may write
     *     another one as soon as the device comes from there
     * @param token what the device shows to the server; where this is empty the server chooses one for a new target, and that
     *     of a present one stays
     */
    record Target(
            DeviceId device, String name, String description, Optional<TunnelAddress> address, Optional<Secret> token) {

        public static final int LONGEST_NAME = 128;
        public static final int LONGEST_DESCRIPTION = 512;
        public static final int LONGEST_TOKEN = 128;

        public Target {
            require(isText(name, 1, LONGEST_NAME), "a target's name");
            require(isText(description, 0, LONGEST_DESCRIPTION), "a target's description");
            require(token.isEmpty() || isText(token.get().reveal(), 1, LONGEST_TOKEN), "a target's token");
        }

        private static boolean isText(String text, int shortest, int longest) {
            return text.length() >= shortest && text.length() <= longest && text.equals(text.strip());
        }

        private static void require(boolean right, String what) {
            if (!right) {
                throw new IllegalArgumentException(what + " is too short, too long, or has blanks at an end");
            }
        }
    }

    /**
     * A target as the server has it; perhaps one of others.
     *
     * @param id what it goes by, which need not be the id of any device
     * @param name empty where it has none
     * @param description empty where it has none
     * @param address where the device can be reached; empty where it has none, or one that could be none of a tunnel
     * @param token empty where the server does not show it
     */
    record Seen(String id, String name, String description, Optional<TunnelAddress> address, Optional<Secret> token) {}

    /**
     * Some of all targets.
     *
     * @param targets in the order of the server
     * @param next where the next page begins; empty after the last one
     */
    record Page(List<Seen> targets, OptionalLong next) {

        public Page {
            targets = List.copyOf(targets);
        }
    }

    /** What became of one target. */
    sealed interface Result {

        /** The server says it is done. */
        record Done() implements Result {}

        /**
         * Not now: the server was busy with this very target, or time ran out before it was its turn.
         *
         * @param why for people
         */
        record Later(String why, Duration retryAfter) implements Result {}

        /**
         * The server will not, and the same again will be refused again.
         *
         * @param why for people
         */
        record Refused(String why) implements Result {}
    }

    /**
     * Makes targets known as given; one that is there already is corrected, whoever made it. Repeating it is harmless. Of
     * several for one device the last one counts.
     *
     * @return one result for each, in the same order
     */
    List<Result> put(List<Target> targets);

    /**
     * Removes targets with all the server knows of them; one that is not there is removed.
     *
     * @return one result for each, in the same order
     */
    List<Result> remove(List<DeviceId> devices);

    /** One target. */
    Optional<Seen> find(DeviceId device);

    /**
     * Every target there is, also those of others, page by page. Where targets come and go meanwhile some may appear twice,
     * and some not at all: {@link #find} tells for sure.
     *
     * @param from 0 for the first page, then what the page before said
     */
    Page list(long from);

    /** The longest time a call takes before it returns or throws. */
    Duration deadline();
}
