package io.provisioningbridge.adapter.jdbc;

import static io.provisioningbridge.adapter.jdbc.RemoteTargets.some;

import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.DevicePlatform;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** {@link OutsidePlatform} in another process, called by words as {@link RemoteWorld} is. */
final class RemotePlatform implements DevicePlatform {

    static final String PUT = "put device";
    static final String REMOVE = "remove device";
    static final String LOOK = "look at device";

    private static final String SHUT_OUT = "shut out";

    private final UnaryOperator<List<String>> call;

    RemotePlatform(UnaryOperator<List<String>> call) {
        this.call = call;
    }

    /** Does what a call says; empty when it is about something else. */
    static Optional<List<String>> answer(DevicePlatform platform, String operation, List<String> arguments) {
        return switch (operation) {
            case PUT -> {
                platform.put(new Registration(
                        new DeviceId(arguments.get(0)),
                        Pem.parseCertificates(arguments.get(1)).orThrow().get(0),
                        attributes(arguments.subList(2, arguments.size()))));
                yield Optional.of(List.of());
            }
            case REMOVE ->
                Optional.of(List.of(platform.remove(new DeviceId(arguments.get(0)), Reason.valueOf(arguments.get(1)))
                        .name()));
            case LOOK ->
                Optional.of(platform.look(new DeviceId(arguments.get(0)))
                        .map(RemotePlatform::words)
                        .orElse(List.of()));
            default -> Optional.empty();
        };
    }

    private static List<String> words(Registered there) {
        List<String> words = new ArrayList<>(List.of(
                there.platformId(),
                there.name(),
                there.credential() instanceof Credential.Certificate certificate
                        ? certificate.hash().hex()
                        : SHUT_OUT,
                there.attributesWritten().map(Instant::toString).orElse(""),
                there.lastConnect().map(Instant::toString).orElse("")));
        words.addAll(words(there.attributes().orElseThrow()));
        return words;
    }

    private static List<String> words(Attributes attributes) {
        return List.of(
                attributes.tunnelAddress().toString(),
                attributes.serial().toString(),
                attributes.notAfter().toString(),
                attributes.enrolledAt().toString());
    }

    private static Attributes attributes(List<String> words) {
        return new Attributes(
                TunnelAddress.parse(words.get(0)).orThrow(),
                new BigInteger(words.get(1)),
                Instant.parse(words.get(2)),
                Instant.parse(words.get(3)));
    }

    @Override
    public void put(Registration registration) {
        List<String> words =
                new ArrayList<>(List.of(PUT, registration.device().text(), Pem.of(registration.certificate())));
        words.addAll(words(registration.attributes()));
        List<String> unused = call.apply(words);
    }

    @Override
    public Removal remove(DeviceId device, Reason reason) {
        return Removal.valueOf(
                call.apply(List.of(REMOVE, device.text(), reason.name())).get(0));
    }

    @Override
    public Optional<Registered> look(DeviceId device) {
        List<String> answer = call.apply(List.of(LOOK, device.text()));
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Registered(
                answer.get(0),
                answer.get(1),
                true,
                answer.get(2).equals(SHUT_OUT)
                        ? new Credential.Quarantined()
                        : new Credential.Certificate(new CertificateHash(answer.get(2))),
                Optional.of(attributes(answer.subList(5, answer.size()))),
                some(answer.get(3)).map(Instant::parse),
                some(answer.get(4)).map(Instant::parse)));
    }

    @Override
    public Page list(String after, int limit) {
        throw new UnsupportedOperationException("nothing the bridge does in this test needs it");
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(10);
    }
}
