package io.provisioningbridge.adapter.hawkbit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.provisioningbridge.adapter.hawkbit.Answer.Meaning;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.http.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Targets in a hawkBit from 0.3.0M7 to 1.1.0. New ones are made in batches; where a batch is refused, for one target that is
 * there already perhaps, each is looked at for itself. Requests are spread over time so that the server's own limit is not
 * hit. Safe for concurrent use.
 *
 * <p>Nothing hawkBit does or fails to do makes the constructor fail; {@link #problem()} and {@link #warnings()} say what an
 * operator should know. Starts no thread itself, but the JDK's HTTP client has daemon threads of its own, which on Java 17
 * end once it is collected. The executor stays the caller's.
 */
public final class HawkbitUpdateServer implements UpdateServer {

    static final String TARGETS = "/rest/v1/targets";

    /** hawkBit cuts pages at 500. */
    private static final int PAGE = 200;

    /** How often a target may come and go while it is put, before it is left for later. */
    private static final int ATTEMPTS = 3;

    private static final Duration SOON = Duration.ofSeconds(1);

    private final HawkbitSettings settings;
    private final HawkbitClient client;
    private final StartCheck check;

    /** @param background where hawkBit is asked for {@link #problem()} and {@link #warnings()} */
    public HawkbitUpdateServer(HawkbitSettings settings, Executor background) {
        this.settings = settings;
        this.client = new HawkbitClient(settings);
        this.check = new StartCheck(settings, client, background);
    }

    @Override
    public List<Result> put(List<Target> targets) {
        Deadline deadline = Deadline.in(settings.deadline());
        Map<DeviceId, Target> wanted = new LinkedHashMap<>();
        targets.forEach(target -> wanted.put(target.device(), target));
        Map<DeviceId, Result> results = new HashMap<>();
        List<Target> all = List.copyOf(wanted.values());
        for (int from = 0; from < all.size(); from += settings.batch()) {
            putBatch(all.subList(from, Math.min(all.size(), from + settings.batch())), results, deadline);
        }
        return targets.stream().map(target -> results.get(target.device())).toList();
    }

    private void putBatch(List<Target> targets, Map<DeviceId, Result> results, Deadline deadline) {
        if (isLate(deadline)) {
            targets.forEach(target -> results.put(target.device(), late()));
            return;
        }
        Answer answer = create(targets, deadline);
        if (answer.meaning() == Meaning.DONE) {
            targets.forEach(target -> results.put(target.device(), new Result.Done()));
        } else if (targets.size() == 1 && answer.meaning() != Meaning.EXISTS) {
            results.put(targets.get(0).device(), result(answer));
        } else {
            // All or nothing: nothing was made.
            putOneByOne(targets, results, deadline);
        }
    }

    private void putOneByOne(List<Target> targets, Map<DeviceId, Result> results, Deadline deadline) {
        Map<Target, Optional<Seen>> seen = new LinkedHashMap<>();
        // Half of the time is for writing what was read; otherwise slow reads would take all of it, every time.
        long forReading = (deadline.remainingNanos() - settings.requestTimeout().toNanos()) / 2;
        Deadline reading = deadline.within(Duration.ofNanos(Math.max(0, forReading)));
        for (Target target : targets) {
            boolean begun = !results.isEmpty() || !seen.isEmpty();
            if (isLate(deadline) || (begun && reading.remainingNanos() == 0)) {
                results.put(target.device(), late());
                continue;
            }
            Optional<Seen> found = find(target.device(), deadline);
            if (found.filter(there -> Targets.isAsWanted(there, target)).isPresent()) {
                results.put(target.device(), new Result.Done());
            } else {
                seen.put(target, found);
            }
        }
        List<Target> missing = seen.entrySet().stream()
                .filter(entry -> entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
        boolean worthAnother = missing.size() > 1 && missing.size() < targets.size() && !isLate(deadline);
        if (worthAnother && create(missing, deadline).meaning() == Meaning.DONE) {
            missing.forEach(target -> results.put(target.device(), new Result.Done()));
            missing.forEach(seen::remove);
        }
        seen.forEach((target, present) ->
                results.put(target.device(), isLate(deadline) ? late() : putOne(target, present, deadline)));
    }

    private Answer create(List<Target> targets, Deadline deadline) {
        ArrayNode body = JsonNodeFactory.instance.arrayNode();
        targets.forEach(target -> body.add(Targets.json(target)));
        return client.send("POST", TARGETS, body, Targets.secrets(targets), deadline);
    }

    /** Corrects it, or makes it; the device may register itself, or somebody remove it, at any moment. */
    private Result putOne(Target target, Optional<Seen> found, Deadline deadline) {
        Optional<Seen> seen = found;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (seen.isPresent() && Targets.isAsWanted(seen.get(), target)) {
                return new Result.Done();
            }
            Answer answer = seen.isPresent() ? correct(target, deadline) : create(List.of(target), deadline);
            Meaning meaning = answer.meaning();
            if (meaning != Meaning.EXISTS && meaning != Meaning.MISSING) {
                return result(answer);
            }
            seen = find(target.device(), deadline);
        }
        return new Result.Later("the target comes and goes", SOON);
    }

    private Answer correct(Target target, Deadline deadline) {
        return client.send(
                "PUT", path(target.device()), Targets.json(target), Targets.secrets(List.of(target)), deadline);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A device that is being answered at that moment brings its target back, with another token: hawkBit makes the target of
     * every device it has let in (observed: 0.3.0M7, in every third removal of a target whose device polled without pause).
     */
    @Override
    public List<Result> remove(List<DeviceId> devices) {
        Deadline deadline = Deadline.in(settings.deadline());
        Map<DeviceId, Result> results = new HashMap<>();
        for (DeviceId device : devices) {
            results.computeIfAbsent(device, id -> isLate(deadline) ? late() : removeOne(id, deadline));
        }
        return devices.stream().map(results::get).toList();
    }

    private Result removeOne(DeviceId device, Deadline deadline) {
        Answer answer = client.delete(path(device), deadline);
        return answer.meaning() == Meaning.MISSING ? new Result.Done() : result(answer);
    }

    private static Result result(Answer answer) {
        return switch (answer.meaning()) {
            case DONE -> new Result.Done();
            case REFUSED -> new Result.Refused("hawkBit answered " + answer.words());
            case EXISTS, MISSING, TROUBLED, OVERLOADED, AWAY ->
                new Result.Later(
                        "hawkBit answered " + answer.words(),
                        answer.retryAfter(BackendUnavailableException.DEFAULT_RETRY_AFTER));
        };
    }

    @Override
    public Optional<Seen> find(DeviceId device) {
        return find(device, Deadline.in(settings.deadline()));
    }

    /** By its path: a search ignores case and knows wild cards. */
    private Optional<Seen> find(DeviceId device, Deadline deadline) {
        Answer answer = client.get(path(device), deadline);
        if (answer.meaning() == Meaning.MISSING) {
            return Optional.empty();
        }
        return Optional.of(sense(
                answer, json -> Targets.seen(json).filter(seen -> seen.id().equals(device.text()))));
    }

    @Override
    public Page list(long from) {
        Answer answer = client.get(
                TARGETS + "?limit=" + PAGE + "&sort=id:ASC&offset=" + from, Deadline.in(settings.deadline()));
        return sense(answer, json -> page(json, from));
    }

    static boolean isPage(JsonNode json) {
        return json.path("content").isArray() && json.path("total").isIntegralNumber();
    }

    private static Optional<Page> page(JsonNode json, long from) {
        JsonNode content = json.path("content");
        JsonNode total = json.path("total");
        if (!isPage(json)) {
            return Optional.empty();
        }
        List<Seen> targets = new ArrayList<>();
        for (JsonNode one : content) {
            Optional<Seen> seen = Targets.seen(one);
            if (seen.isEmpty()) {
                return Optional.empty();
            }
            targets.add(seen.get());
        }
        long next = from + targets.size();
        boolean more = !targets.isEmpty() && next < total.longValue();
        return Optional.of(new Page(targets, more ? OptionalLong.of(next) : OptionalLong.empty()));
    }

    /**
     * What a read brought.
     *
     * @throws BackendUnavailableException it makes no sense
     */
    private <T> T sense(Answer answer, Function<JsonNode, Optional<T>> reader) {
        return Optional.of(answer)
                .filter(there -> there.meaning() == Meaning.DONE)
                .flatMap(Answer::json)
                .flatMap(reader)
                .orElseThrow(() -> new BackendUnavailableException(
                        "hawkBit at " + settings.url() + ": its answer makes no sense; " + answer.words(),
                        Effect.NONE));
    }

    @Override
    public Duration deadline() {
        return settings.deadline();
    }

    /**
     * Why it cannot do all it is for at present, in words for an operator: not reachable, credentials or permissions refused,
     * no hawkBit at that URL. Empty when the last contact showed nothing wrong. Answers at once; when the last look is some
     * seconds old it has hawkBit asked again in the background.
     */
    public Optional<String> problem() {
        check.begin();
        return Optional.of(client.trouble()).filter(text -> !text.isEmpty());
    }

    /** What an operator should change although it works, as of the last look, in words; each is also logged once. */
    public List<String> warnings() {
        return check.warnings();
    }

    /** Ids have nothing in them that a path would not take as it is. */
    private static String path(DeviceId device) {
        return TARGETS + "/" + device.text();
    }

    /** Whoever would begin with less time than an exchange may take does not begin. */
    private boolean isLate(Deadline deadline) {
        return !deadline.leaves(settings.requestTimeout());
    }

    private static Result late() {
        return new Result.Later("there was no time left for it", SOON);
    }
}
