package io.provisioningbridge.adapter.wireguard;

import static io.provisioningbridge.adapter.wireguard.RealTunnelPeersContract.assign;
import static io.provisioningbridge.testkit.contract.TunnelPeersContract.KEYS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is run, and what comes of programs that end otherwise than a real {@code wg} mostly does. */
class CommandTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @TempDir
    Path directory = Path.of("");

    @Test
    void putShouldNameManyPeersInOneCommandOldKeysFirst() throws IOException {
        peers("echo \"$@\" >> " + calls()).put(List.of(assign(KEYS.get(0), 2, KEYS.get(1)), assign(KEYS.get(2), 3)));

        assertThat(Files.readString(calls()))
                .isEqualTo("wg set wg0 peer %s remove peer %s allowed-ips 10.8.0.2/32 peer %s allowed-ips 10.8.0.3/32\n"
                        .formatted(KEYS.get(1), KEYS.get(0), KEYS.get(2)));
    }

    @Test
    void argumentsShouldBeBounded() throws IOException {
        peers("echo \"$#\" >> " + calls())
                .put(IntStream.range(0, 1_000)
                        .mapToObj(i -> assign(KEYS.get(i), 2 + i))
                        .toList());

        assertThat(Files.readAllLines(calls())).containsExactly("1603", "1603", "803");
    }

    @Test
    void putShouldTellWhichOneWasRefused() throws IOException {
        List<Result> results = peers("case \"$*\" in *" + KEYS.get(1)
                        + "*) echo 'Unable to modify interface: Invalid argument' >&2; exit 1;; esac")
                .put(List.of(assign(KEYS.get(0), 2), assign(KEYS.get(1), 3), assign(KEYS.get(2), 4)));

        assertThat(results.get(0)).isEqualTo(new Result.Done());
        assertThat(((Result.Refused) results.get(1)).why())
                .contains("Invalid argument")
                .contains("65,536");
        assertThat(results.get(2)).isEqualTo(new Result.Done());
    }

    @Test
    void aFullInterfaceThatRefusesARemovalInVainShouldNotBeAskedForIt() throws IOException {
        // Knows key 0, and takes no other, as wireguard-go does when it is full.
        CommandTunnelPeers peers = peers("echo \"$@\" >> " + calls()
                + "; case \"$*\" in *allowed-ips) printf '%s\\t(none)\\n' " + KEYS.get(0) + ";; *" + KEYS.get(1)
                + "*) echo 'Unable to modify interface: Invalid argument' >&2; exit 1;; esac");

        assertThat(peers.remove(List.of(KEYS.get(1), KEYS.get(0), KEYS.get(2))))
                .hasSize(3)
                .containsOnly(new Result.Done());
        assertThat(peers.put(List.of(assign(KEYS.get(0), 2, KEYS.get(1))))).containsExactly(new Result.Done());
        assertThat(Files.readString(calls())).endsWith("wg set wg0 peer " + KEYS.get(0) + " allowed-ips 10.8.0.2/32\n");
    }

    @Test
    void aProgramEndedByABrokenPipeShouldHaveRefusedOneOfItsItems() throws IOException {
        assertThat(peers("case \"$*\" in *" + KEYS.get(0) + "*" + KEYS.get(1) + "*) kill -PIPE $$;; esac")
                        .put(List.of(assign(KEYS.get(0), 2), assign(KEYS.get(1), 3))))
                .hasSize(2)
                .containsOnly(new Result.Done());
    }

    @Test
    void aMissingInterfaceShouldBeExplained() throws IOException {
        assertThat(failureOf(peers("echo 'Unable to modify interface: No such device' >&2; exit 1")))
                .hasMessageContaining("No such device")
                .hasMessageContaining("bring the interface up");
    }

    @Test
    void missingRightsShouldBeExplained() throws IOException {
        assertThat(failureOf(peers("echo 'Unable to modify interface: Operation not permitted' >&2; exit 1")))
                .hasMessageContaining("CAP_NET_ADMIN");
    }

    @Test
    void aMissingProgramShouldBeExplained() {
        BackendUnavailableException failure = failureOf(new CommandTunnelPeers(
                "wg0", List.of(directory.resolve("nothing").toString()), DEADLINE));

        assertThat(failure).hasMessageContaining("install wireguard-tools");
        assertThat(failure.effect()).isEqualTo(Effect.NONE);
    }

    @Test
    void aProgramThatThePrefixDoesNotFindShouldBeExplained() {
        assertThat(failureOf(new CommandTunnelPeers("wg0", List.of("env", "PATH=/nowhere"), DEADLINE)))
                .hasMessageContaining("status 127")
                .hasMessageContaining("install wireguard-tools");
    }

    @Test
    void aProgramThatDoesNotEndShouldBeEnded() throws IOException {
        Path pid = directory.resolve("pid");
        CommandTunnelPeers peers = new CommandTunnelPeers(
                "wg0", List.of(script("echo $$ > " + pid + "; exec sleep 600").toString()), Duration.ofSeconds(1));

        assertThat(failureOf(peers)).hasMessageContaining("did not end in time");
        long hung = Long.parseLong(Files.readString(pid).strip());
        ProcessHandle.of(hung).ifPresent(left -> left.onExit().join());
        assertThat(ProcessHandle.of(hung)).isEmpty();
    }

    @Test
    void aCallThatWaitsShouldEndWhenItsThreadIsInterrupted() throws IOException, InterruptedException {
        Path pipe = directory.resolve("pipe");
        assertThat(Programs.run("", List.of("mkfifo", pipe.toString())).status())
                .isZero();
        CommandTunnelPeers peers = peers("echo running > " + pipe + "; exec sleep 600");
        Thread caller = Thread.currentThread();
        Thread interrupter = new Thread(() -> {
            // Opens once the program has opened the other end.
            try (InputStream running = Files.newInputStream(pipe)) {
                assertThat(running.read()).isEqualTo('r');
                caller.interrupt();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        interrupter.start();
        BackendUnavailableException failure = failureOf(peers);

        assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
        interrupter.join();
        assertThat(failure).hasMessageContaining("interrupted while `wg` was running");
    }

    @Test
    void observeShouldReadWhatWgPrints() throws IOException {
        assertThat(peers("printf '%s\\t%s\\n' " + KEYS.get(0) + " '10.8.0.2/32 fd00::2/128' " + KEYS.get(1)
                                + " '(none)' " + "A".repeat(43) + "= 10.8.0.9/32")
                        .observe())
                .isEqualTo(Map.of(KEYS.get(0), Set.of("10.8.0.2/32", "fd00::2/128"), KEYS.get(1), Set.of()));
    }

    @Test
    void observeShouldNotAskForSecrets() throws IOException {
        peers("echo \"$@\" >> " + calls() + "; exit 0").observe();

        assertThat(Files.readString(calls())).isEqualTo("wg show wg0 allowed-ips\n");
    }

    private Path calls() {
        return directory.resolve("calls");
    }

    private CommandTunnelPeers peers(String script) throws IOException {
        return new CommandTunnelPeers("wg0", List.of(script(script).toString()), DEADLINE);
    }

    /** A prefix that takes the place of the command. */
    private Path script(String text) throws IOException {
        Path script = directory.resolve("prefix");
        Files.writeString(script, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }

    private static BackendUnavailableException failureOf(CommandTunnelPeers peers) {
        return catchThrowableOfType(BackendUnavailableException.class, () -> peers.remove(List.of(KEYS.get(0))));
    }
}
