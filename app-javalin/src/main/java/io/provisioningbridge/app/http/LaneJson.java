package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What operators are told of how far an outside system is. */
final class LaneJson {

    private LaneJson() {}

    static ObjectNode of(Lane lane) {
        ObjectNode answer = Json.object()
                .put("system", system(lane.backend()))
                .put("state", DeviceJson.word(lane.state()))
                .put("since", Dialect.rfc3339(lane.since()))
                .put("attempts", lane.attempts());
        lane.nextTry().ifPresent(next -> answer.put("next_try", Dialect.rfc3339(next)));
        if (!lane.problem().isEmpty()) {
            answer.put("problem", lane.problem());
        }
        // By this name, because a lane that is behind has one that tells of an earlier state.
        lane.observation().ifPresent(seen -> observation(answer.putObject("last_done"), seen));
        return answer;
    }

    /** As one of many devices' lanes. */
    static ObjectNode withDevice(Lane lane) {
        ObjectNode answer = Json.object().put("device_id", lane.device().text());
        answer.setAll(of(lane));
        return answer;
    }

    /** With a sentence for people. */
    static ObjectNode explained(Lane lane) {
        return of(lane).put("words", words(lane));
    }

    /** What a system is called on the wire. */
    static String system(Backend backend) {
        return backend.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Backend> systemNamed(String name) {
        return Arrays.stream(Backend.values())
                .filter(backend -> system(backend).equals(name))
                .findFirst();
    }

    /** All there are, for people. */
    static String systems() {
        return Arrays.stream(Backend.values()).map(LaneJson::system).collect(Collectors.joining(", "));
    }

    /** Fills in how well something is known; nobody is to take for observed what was only written down. */
    static void observation(ObjectNode answer, Observation observation) {
        answer.put("evidence", DeviceJson.word(observation.evidence()))
                .put("meaning", meaning(observation.evidence()))
                .put("what", observation.what())
                .put("at", Dialect.rfc3339(observation.at()));
    }

    private static String meaning(Observation.Evidence evidence) {
        return switch (evidence) {
            case PROJECTED -> "NOT observed: it was only written down, and nobody tells whether the system has read it";
            case ACKNOWLEDGED -> "the system said that it did it; it was not read back";
            case OBSERVED -> "it was read back from the system";
        };
    }

    /** With the full stop that some problems have already. */
    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    private static String words(Lane lane) {
        String who = switch (lane.backend()) {
            case CERTIFICATE_AUTHORITY -> "The certificate authority";
            case TUNNEL -> "The tunnel server";
            case UPDATE_SERVER -> "The update server";
            case PLATFORM -> "The platform";
        };
        String since = Dialect.rfc3339(lane.since());
        String next = lane.nextTry()
                .map(at -> " Next try: " + Dialect.rfc3339(at) + ".")
                .orElse("");
        return switch (lane.state()) {
            case DUE ->
                lane.problem().isEmpty()
                        ? who + " has been behind since " + since + " and was not asked yet." + next
                        : who + " has been behind since " + since + ": " + sentence(lane.problem()) + " Tried "
                                + times(lane.attempts()) + "." + next;
            case FAILED ->
                who + " has been behind since " + since + " and was given up: " + sentence(lane.problem())
                        + " It is tried again when an operator says so (./bridge lanes retry), or the device changes.";
            case DONE ->
                who + " has been as it should be since " + since
                        + lane.observation()
                                .map(seen -> ": " + seen.what() + " (" + meaning(seen.evidence()) + ")")
                                .orElse("")
                        + "."
                        + (lane.problem().isEmpty() ? "" : " When last looked at: " + sentence(lane.problem()))
                        + lane.nextTry()
                                .map(at -> " It is looked at again: " + Dialect.rfc3339(at) + ".")
                                .orElse("");
        };
    }

    private static String times(int attempts) {
        return attempts == 1 ? "once" : attempts + " times";
    }
}
