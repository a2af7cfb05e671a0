package io.provisioningbridge.adapter.wireguard;

import static io.provisioningbridge.adapter.wireguard.RealTunnelPeersContract.assign;
import static io.provisioningbridge.testkit.contract.TunnelPeersContract.KEYS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said on the socket, and what comes of answers a real server gives rarely or never. */
class UapiProtocolTest {

    private static final String DONE = "errno=0\n\n";
    private static final String REFUSED = "errno=-22\n\n";
    private static final String SECRET = "e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Path socket = Path.of("");

    @BeforeEach
    void place(@TempDir Path directory) {
        socket = directory.resolve("wg0.sock");
    }

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void putShouldSayOldKeysFirstAndAllInOneMessage() throws IOException {
        ScriptedWireGuard server = server(message -> DONE);

        peers().put(List.of(assign(KEYS.get(0), 2, KEYS.get(1)), assign(KEYS.get(2), 3)));

        assertThat(server.messages()).containsExactly("""
                        set=1
                        public_key=%s
                        update_only=true
                        remove=true
                        public_key=%s
                        replace_allowed_ips=true
                        allowed_ip=10.8.0.2/32
                        public_key=%s
                        replace_allowed_ips=true
                        allowed_ip=10.8.0.3/32
                        """.formatted(hex(1), hex(0), hex(2)));
    }

    @Test
    void largeBatchesShouldGoInFewMessagesOverOneConnection() throws IOException {
        ScriptedWireGuard server = server(message -> DONE);

        List<Result> results = peers().put(IntStream.range(0, 1_999)
                .mapToObj(i -> assign(KEYS.get(i), 2 + i))
                .toList());

        assertThat(results).hasSize(1_999).containsOnly(new Result.Done());
        assertThat(server.messages()).hasSize(4);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void putShouldTellWhichOneWasRefusedAndCarryOutTheOthers() throws IOException {
        ScriptedWireGuard server = server(message -> message.contains(hex(1)) ? REFUSED : DONE);

        List<Result> results =
                peers().put(List.of(assign(KEYS.get(0), 2), assign(KEYS.get(1), 3), assign(KEYS.get(2), 4)));

        assertThat(results.get(0)).isEqualTo(new Result.Done());
        assertThat(((Result.Refused) results.get(1)).why())
                .contains("errno -22")
                .contains("65,536");
        assertThat(results.get(2)).isEqualTo(new Result.Done());
        assertThat(server.messages()).hasSize(4);
        assertThat(server.messages().get(3))
                .contains(hex(2))
                .doesNotContain(hex(0))
                .doesNotContain(hex(1));
    }

    @Test
    void aRefusalShouldEndTheConnectionBecauseTheRestOfTheMessageMayBeTakenForTheNext() throws IOException {
        ScriptedWireGuard server = server(message -> message.contains(hex(0)) ? REFUSED : DONE);
        UapiTunnelPeers peers = peers();

        peers.put(List.of(assign(KEYS.get(0), 2)));
        peers.put(List.of(assign(KEYS.get(1), 3)));

        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void aFullInterfaceThatRefusesARemovalInVainShouldNotBeAskedForIt() throws IOException {
        // Knows key 0, and takes no other, as wireguard-go does when it is full.
        ScriptedWireGuard server = server(message -> {
            if (message.startsWith("get=1")) {
                return "public_key=" + hex(0) + "\n" + DONE;
            }
            return message.contains(hex(1)) ? REFUSED : DONE;
        });
        UapiTunnelPeers peers = peers();

        assertThat(peers.remove(List.of(KEYS.get(1), KEYS.get(0), KEYS.get(2))))
                .hasSize(3)
                .containsOnly(new Result.Done());
        assertThat(peers.put(List.of(assign(KEYS.get(0), 2, KEYS.get(1))))).containsExactly(new Result.Done());
        assertThat(server.messages().get(server.messages().size() - 1))
                .isEqualTo("set=1\npublic_key=" + hex(0) + "\nreplace_allowed_ips=true\nallowed_ip=10.8.0.2/32\n");
    }

    @Test
    void observeShouldKeepKeysAndAddressesOnly() throws IOException {
        server(message -> """
                private_key=%s
                listen_port=51820
                public_key=%s
                preshared_key=%s
                protocol_version=1
                allowed_ip=10.8.0.2/32
                allowed_ip=fd00::2/128
                public_key=%s
                preshared_key=%s
                public_key=%s
                allowed_ip=10.8.0.66/32
                new_in_a_later_version=yes
                errno=0

                """.formatted(SECRET, hex(0), SECRET, hex(1), SECRET, "0".repeat(64)));

        assertThat(peers().observe())
                .isEqualTo(Map.of(KEYS.get(0), Set.of("10.8.0.2/32", "fd00::2/128"), KEYS.get(1), Set.of()));
    }

    @Test
    void observeShouldFailWhenTheListIsRefused() throws IOException {
        server(message -> "errno=-5\n\n");

        assertThat(failureOf(() -> peers().observe())).hasMessageContaining("errno -5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "errno=\n\n",
                "errno=many\n\n",
                "errno=0\nerrno=0\n\n",
                "errno=0\n\nerrno=0\n\n",
                "public_key=00\nerrno=0\n\n",
                "public_key=xyz\nerrno=0\n\n"
            })
    void nonsenseShouldBeNoAnswer(String nonsense) throws IOException {
        server(message -> nonsense);

        BackendUnavailableException failure = failureOf(() -> peers().remove(List.of(KEYS.get(0))));
        assertThat(failure).hasMessageContaining("makes no sense");
        assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
    }

    @Test
    void aLineWithoutEndShouldBeNoAnswerAndNotBeShown() throws IOException {
        server(message -> "private_key=" + SECRET.repeat(100));

        BackendUnavailableException failure = failureOf(() -> peers().observe());
        assertThat(failure).hasMessageContaining("makes no sense").hasMessageNotContaining(SECRET);
        assertThat(failure.getCause()).hasMessageNotContaining(SECRET);
    }

    @Test
    void halfAnAnswerShouldBeNone() throws IOException {
        server(message -> "public_key=" + hex(0) + "\nerrno=0\n" + ScriptedWireGuard.HANG_UP);

        assertThat(failureOf(() -> peers().observe())).hasMessageContaining("closed the connection");
    }

    @Test
    void anAnswerThatNeverEndsShouldBeGivenUp() throws IOException {
        // As much as the socket takes, and more than is read in time.
        String endless = ("public_key=" + hex(0) + "\n").repeat(2_000_000);
        server(message -> endless);
        UapiTunnelPeers hasty = peers(Duration.ofMillis(200));

        long start = System.nanoTime();
        assertThat(failureOf(hasty::observe)).hasMessageContaining("did not answer within 200 ms");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aConnectionThatWentStaleShouldBeReplacedUnnoticed() throws IOException {
        UapiTunnelPeers peers = peers();
        ScriptedWireGuard first = server(message -> DONE);
        peers.remove(List.of(KEYS.get(0)));
        first.close();
        Files.delete(socket);
        ScriptedWireGuard second = server(message -> DONE);

        assertThat(peers.remove(List.of(KEYS.get(1)))).containsExactly(new Result.Done());
        assertThat(second.messages()).hasSize(1);
    }

    @Test
    void aCallThatWaitsShouldEndWhenItsThreadIsInterrupted() throws IOException {
        Thread caller = Thread.currentThread();
        server(message -> {
            caller.interrupt();
            return "";
        });
        BackendUnavailableException failure = failureOf(() -> peers().observe());

        assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
        assertThat(failure).hasMessageContaining("interrupted");
        assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
    }

    @Test
    void callersShouldNotWaitForEachOtherBeyondTheirDeadline() throws Exception {
        // Accepts, in the queue, and never answers.
        ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        open.push(deaf);
        deaf.bind(UnixDomainSocketAddress.of(socket));
        UapiTunnelPeers peers = peers(Duration.ofMillis(500));
        long start = System.nanoTime();
        List<Thread> callers = IntStream.range(0, 8)
                .mapToObj(i -> new Thread(() -> failureOf(() -> peers.remove(List.of(KEYS.get(i))))))
                .toList();
        callers.forEach(Thread::start);
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aSocketThatIsMissingShouldBeExplained() {
        BackendUnavailableException failure = failureOf(() -> peers().observe());

        assertThat(failure).hasMessageContaining(socket.toString()).hasMessageContaining("start wireguard-go");
        assertThat(failure.effect()).isEqualTo(Effect.NONE);
    }

    @Test
    void aSocketThatNobodyListensAtShouldBeExplained() throws IOException {
        server(message -> DONE).close();

        assertThat(failureOf(() -> peers().observe())).hasMessageContaining("wireguard-go was killed");
    }

    @Test
    void aSocketOfSomebodyElseShouldBeExplained() throws IOException, InterruptedException {
        server(message -> DONE);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("---------"));

        Programs.Ended call = Programs.run(
                "", Programs.under(withoutPrivileges(), Programs.java(CallSocket.class, socket.toString())));

        assertThat(call.output()).contains("run the bridge as the user wireguard-go runs as");
    }

    /** Root may use every socket, unless it gives up what makes it root. */
    private static List<String> withoutPrivileges() throws InterruptedException {
        if (!System.getProperty("user.name").equals("root")) {
            return List.of();
        }
        List<String> wrapper = List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");
        Programs.assumeWorks(Programs.under(wrapper, List.of("true")).toArray(new String[0]));
        return wrapper;
    }

    @Test
    void closeShouldEndTheConnectionAndLeaveTheNextCallToOpenAnother() throws IOException {
        ScriptedWireGuard server = server(message -> DONE);
        UapiTunnelPeers peers = peers();
        peers.remove(List.of(KEYS.get(0)));
        peers.close();
        peers.close();
        peers.remove(List.of(KEYS.get(0)));

        assertThat(server.connections()).isEqualTo(2);
    }

    private ScriptedWireGuard server(Function<String, String> script) throws IOException {
        ScriptedWireGuard server = new ScriptedWireGuard(socket, script);
        open.push(server);
        return server;
    }

    private UapiTunnelPeers peers() {
        return peers(Duration.ofSeconds(10));
    }

    /** Closed before the server, which serves one connection at a time. */
    private UapiTunnelPeers peers(Duration deadline) {
        UapiTunnelPeers peers = new UapiTunnelPeers(socket, deadline);
        open.push(peers);
        return peers;
    }

    private static String hex(int key) {
        PeerKey named = KEYS.get(key);
        return HexFormat.of().formatHex(named.raw());
    }

    private static BackendUnavailableException failureOf(Runnable call) {
        return catchThrowableOfType(BackendUnavailableException.class, call::run);
    }
}
