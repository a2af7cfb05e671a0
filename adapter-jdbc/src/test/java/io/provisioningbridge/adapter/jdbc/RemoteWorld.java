package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** An {@link OutsideWorld} in another process. What can be called is called by words, which {@link #answer} understands there. */
final class RemoteWorld implements CertificateAuthority, TunnelPeers {

    private final UnaryOperator<List<String>> call;

    /** @param call sends words and waits for the answer */
    RemoteWorld(UnaryOperator<List<String>> call) {
        this.call = call;
    }

    /** Does what a call says. */
    static List<String> answer(OutsideWorld world, List<String> words) {
        List<String> arguments = words.subList(1, words.size());
        return RemoteTargets.answer(world.targets(), words.get(0), arguments)
                .or(() -> RemotePlatform.answer(world.platform(), words.get(0), arguments))
                .orElseGet(() -> answer(world, words.get(0), arguments));
    }

    private static List<String> answer(OutsideWorld world, String operation, List<String> arguments) {
        return switch (operation) {
            case "sign" -> {
                IssuedCertificate issued = world.sign(request(arguments));
                yield List.of(Pem.of(issued.leaf()), Pem.of(issued.authorities()));
            }
            case "revoke" ->
                List.of(world.revoke(new BigInteger(arguments.get(0))).name());
            case "put" -> {
                List<Assignment> batch =
                        arguments.stream().map(RemoteWorld::assignment).toList();
                yield results(world.put(batch));
            }
            case "remove" ->
                results(world.remove(arguments.stream().map(PeerKey::new).toList()));
            case "observe" ->
                world.observe().entrySet().stream()
                        .map(peer -> peer.getKey() + " " + String.join(" ", peer.getValue()))
                        .toList();
            default -> throw new IllegalArgumentException(operation);
        };
    }

    @Override
    public IssuedCertificate sign(CertificateSigningRequest request) {
        List<String> answer = call.apply(List.of("sign", request.subject().text(), request.pem()));
        return new IssuedCertificate(certificates(answer.get(0)).get(0), certificates(answer.get(1)));
    }

    private static CertificateSigningRequest request(List<String> words) {
        return CertificateSigningRequest.judge(words.get(1), new SimpleCsrReader()::read, new DeviceId(words.get(0)))
                .fold(proven -> proven, (fault, detail) -> {
                    throw new IllegalArgumentException(detail);
                });
    }

    private static List<X509Certificate> certificates(String pem) {
        return Pem.parseCertificates(pem).orThrow();
    }

    @Override
    public Revocation revoke(BigInteger serial) {
        return Revocation.valueOf(
                call.apply(List.of("revoke", serial.toString())).get(0));
    }

    @Override
    public List<X509Certificate> authorities() {
        throw new UnsupportedOperationException("nothing the bridge does in this test needs it");
    }

    @Override
    public List<Result> put(List<Assignment> peers) {
        List<String> words = new ArrayList<>(List.of("put"));
        for (Assignment peer : peers) {
            String replaces = peer.replaces().stream().map(PeerKey::base64).collect(Collectors.joining(" "));
            words.add((peer.key() + " " + peer.address() + " " + replaces).strip());
        }
        return results(call.apply(words), peers.size());
    }

    private static Assignment assignment(String text) {
        List<String> words = Arrays.asList(text.split(" ", -1));
        return new Assignment(
                new PeerKey(words.get(0)),
                TunnelAddress.parse(words.get(1)).orThrow(),
                words.stream().skip(2).map(PeerKey::new).collect(Collectors.toSet()));
    }

    @Override
    public List<Result> remove(List<PeerKey> peers) {
        List<String> words = new ArrayList<>(List.of("remove"));
        peers.forEach(key -> words.add(key.base64()));
        return results(call.apply(words), peers.size());
    }

    private static List<String> results(List<Result> results) {
        return results.stream().map(Result::toString).toList();
    }

    private static List<Result> results(List<String> words, int expected) {
        if (words.size() != expected || !words.stream().allMatch(new Result.Done().toString()::equals)) {
            throw new IllegalStateException("this world does whatever it is asked, and said " + words);
        }
        return words.stream().<Result>map(word -> new Result.Done()).toList();
    }

    @Override
    public Map<PeerKey, Set<String>> observe() {
        Map<PeerKey, Set<String>> peers = new HashMap<>();
        for (String peer : call.apply(List.of("observe"))) {
            List<String> words = Arrays.asList(peer.split(" ", -1));
            peers.put(new PeerKey(words.get(0)), Set.copyOf(words.subList(1, words.size())));
        }
        return peers;
    }

    @Override
    public Evidence evidence() {
        return Evidence.OBSERVED;
    }

    @Override
    public long epoch() {
        return 1;
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(10);
    }
}
