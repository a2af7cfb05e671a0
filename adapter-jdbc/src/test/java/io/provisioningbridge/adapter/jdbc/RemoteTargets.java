package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.UpdateServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** {@link OutsideTargets} in another process, called by words as {@link RemoteWorld} is. */
final class RemoteTargets implements UpdateServer {

    static final String PUT = "put target";
    static final String REMOVE = "remove target";
    static final String FIND = "find target";

    private static final int WORDS = 5;

    private final UnaryOperator<List<String>> call;

    RemoteTargets(UnaryOperator<List<String>> call) {
        this.call = call;
    }

    /** Does what a call says; empty when it is about something else. */
    static Optional<List<String>> answer(UpdateServer server, String operation, List<String> arguments) {
        return switch (operation) {
            case PUT -> {
                List<Target> targets = new ArrayList<>();
                for (int i = 0; i < arguments.size(); i += WORDS) {
                    targets.add(target(arguments.subList(i, i + WORDS)));
                }
                yield Optional.of(results(server.put(targets)));
            }
            case REMOVE ->
                Optional.of(results(
                        server.remove(arguments.stream().map(DeviceId::new).toList())));
            case FIND ->
                Optional.of(server.find(new DeviceId(arguments.get(0)))
                        .map(seen -> words(seen.id(), seen.name(), seen.description(), seen.address(), seen.token()))
                        .orElse(List.of()));
            default -> Optional.empty();
        };
    }

    @Override
    public List<Result> put(List<Target> targets) {
        List<String> words = new ArrayList<>(List.of(PUT));
        targets.forEach(target -> words.addAll(
                words(target.device().text(), target.name(), target.description(), target.address(), target.token())));
        return results(call.apply(words), targets.size());
    }

    private static List<String> words(
            String id, String name, String description, Optional<TunnelAddress> address, Optional<Secret> token) {
        return List.of(
                id,
                name,
                description,
                address.map(TunnelAddress::toString).orElse(""),
                token.map(Secret::reveal).orElse(""));
    }

    private static Target target(List<String> words) {
        Seen seen = seen(words);
        return new Target(new DeviceId(seen.id()), seen.name(), seen.description(), seen.address(), seen.token());
    }

    private static Seen seen(List<String> words) {
        return new Seen(
                words.get(0),
                words.get(1),
                words.get(2),
                some(words.get(3)).map(text -> TunnelAddress.parse(text).orThrow()),
                some(words.get(4)).map(Secret::new));
    }

    static Optional<String> some(String word) {
        return word.isEmpty() ? Optional.empty() : Optional.of(word);
    }

    @Override
    public List<Result> remove(List<DeviceId> devices) {
        List<String> words = new ArrayList<>(List.of(REMOVE));
        devices.forEach(device -> words.add(device.text()));
        return results(call.apply(words), devices.size());
    }

    private static List<String> results(List<Result> results) {
        return results.stream().map(Result::toString).toList();
    }

    private static List<Result> results(List<String> words, int expected) {
        if (words.size() != expected || !words.stream().allMatch(new Result.Done().toString()::equals)) {
            throw new IllegalStateException("this server does whatever it is asked, and said " + words);
        }
        return words.stream().<Result>map(word -> new Result.Done()).toList();
    }

    @Override
    public Optional<Seen> find(DeviceId device) {
        List<String> answer = call.apply(List.of(FIND, device.text()));
        return answer.isEmpty() ? Optional.empty() : Optional.of(seen(answer));
    }

    @Override
    public Page list(long from) {
        throw new UnsupportedOperationException("nothing the bridge does in this test needs it");
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(10);
    }
}
