package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The peers of a userspace WireGuard (wireguard-go), changed through its socket. No privilege is needed but to write to that
 * socket, which belongs to the user wireguard-go runs as; its mode and owner must stay as they are, because wireguard-go ends
 * itself when they change (observed: 0.0.20220316). One connection is kept open.
 *
 * <p>{@link #close} ends the connection; a later call opens another.
 */
public final class UapiTunnelPeers extends LiveTunnelPeers implements AutoCloseable {

    private static final int CLAUSES_PER_MESSAGE = 500;

    // wireguard-go answers -EINVAL to everything it will not do, its limit of peers included.
    private static final int EINVAL = -22;

    private static final Logger LOG = System.getLogger(UapiTunnelPeers.class.getName());

    private final Path socket;
    private final AtomicLong epoch = new AtomicLong();
    private @Nullable UapiConnection connection;

    /**
     * Connects when it is first used.
     *
     * @param socket {@code /var/run/wireguard/<interface>.sock}
     * @param deadline of each call; positive
     */
    public UapiTunnelPeers(Path socket, Duration deadline) {
        super(CLAUSES_PER_MESSAGE, deadline);
        this.socket = socket;
    }

    @Override
    String putClause(PeerKey key, TunnelAddress address) {
        return "public_key=" + hex(key) + "\nreplace_allowed_ips=true\nallowed_ip=" + address + "/32\n";
    }

    @Override
    String removeClause(PeerKey key) {
        return "public_key=" + hex(key) + "\nupdate_only=true\nremove=true\n";
    }

    private static String hex(PeerKey key) {
        return HexFormat.of().formatHex(key.raw());
    }

    @Override
    Optional<String> send(List<String> clauses, Deadline until) {
        int errno = ask("set=1\n" + String.join("", clauses) + "\n", until).errno();
        if (errno == 0) {
            return Optional.empty();
        }
        // What it did not read of the message it would take for the next one.
        hangUp();
        return Optional.of("WireGuard refused (errno " + errno + ")"
                + (errno == EINVAL
                        ? ": the interface is full (wireguard-go takes 65,536 peers), or the item is invalid"
                        : ""));
    }

    @Override
    Map<PeerKey, Set<String>> list(Deadline until) {
        UapiAnswer answer = ask("get=1\n\n", until);
        if (answer.errno() != 0) {
            hangUp();
            throw unavailable("refused to list its peers (errno " + answer.errno() + ").", Effect.NONE);
        }
        return answer.peers();
    }

    /** Told by the socket's file: wireguard-go makes another one whenever it makes the interface. */
    @Override
    public long epoch() {
        try {
            Map<String, Object> file = Files.readAttributes(socket, "unix:ino,ctime");
            epoch.set(Objects.hash(file.get("ino"), file.get("ctime")));
        } catch (IOException away) {
            // Then what was last known stands.
        }
        return epoch.get();
    }

    @Override
    public void close() {
        whenFree(this::hangUp);
    }

    private UapiAnswer ask(String request, Deadline until) {
        UapiConnection kept = connection;
        if (kept != null) {
            try {
                return exchange(kept, request, until);
            } catch (ClosedByInterruptException | SocketTimeoutException e) {
                throw failed(e);
            } catch (IOException gone) {
                // The server was started anew since; all requests may be repeated.
                hangUp();
            }
        }
        UapiConnection fresh = connect();
        connection = fresh;
        try {
            return exchange(fresh, request, until);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static UapiAnswer exchange(UapiConnection with, String request, Deadline until) throws IOException {
        UapiAnswer answer = new UapiAnswer();
        with.exchange(request, answer, until);
        return answer;
    }

    private UapiConnection connect() {
        try {
            return UapiConnection.open(socket);
        } catch (IOException e) {
            String why;
            if (Files.notExists(socket)) {
                why =
                        "is not there: start wireguard-go for this interface, and let the bridge see the directory of its socket"
                                + " (a kernel interface has no socket: use the command instead).";
            } else if (!Files.isWritable(socket)) {
                why =
                        "may not be used: run the bridge as the user wireguard-go runs as. Leave the socket's mode and owner"
                                + " alone: wireguard-go ends itself when they change.";
            } else {
                why = "does not answer: wireguard-go was killed, or is overloaded (" + e.getMessage() + ").";
            }
            throw unavailable(why, Effect.NONE, e);
        }
    }

    private BackendUnavailableException failed(IOException e) {
        hangUp();
        String why;
        if (e instanceof ClosedByInterruptException) {
            why = "was asked, and the thread interrupted before it answered.";
        } else if (e instanceof SocketTimeoutException) {
            why = "did not answer within " + deadline().toMillis() + " ms.";
        } else if (e instanceof EOFException) {
            why = "closed the connection without an answer.";
        } else {
            why = "failed: " + e.getMessage() + ".";
        }
        return unavailable(why, Effect.POSSIBLE, e);
    }

    private void hangUp() {
        UapiConnection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "closing the connection to WireGuard failed", e);
            }
        }
    }

    private BackendUnavailableException unavailable(String why, Effect effect) {
        return new BackendUnavailableException("WireGuard's socket " + socket + " " + why, effect);
    }

    private BackendUnavailableException unavailable(String why, Effect effect, IOException cause) {
        return new BackendUnavailableException("WireGuard's socket " + socket + " " + why, effect, cause);
    }
}
