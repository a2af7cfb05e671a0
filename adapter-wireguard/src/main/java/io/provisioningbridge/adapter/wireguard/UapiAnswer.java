package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a userspace WireGuard answers: lines {@code name=value}, the last one {@code errno=N}, then an empty one. Lines are
 * looked at one by one; of those that are neither a peer's key nor an address nothing is kept, because an answer to
 * {@code get=1} holds the private key and all pre-shared keys (observed: wireguard-go 0.0.20220316). Not safe for concurrent
 * use.
 */
final class UapiAnswer {

    // The longest, a key in hex, has less than 100.
    private static final int LONGEST_LINE = 256;

    private static final int KEY_SIZE = 32;
    private static final byte[] PUBLIC_KEY = ascii("public_key=");
    private static final byte[] ALLOWED_IP = ascii("allowed_ip=");
    private static final byte[] ERRNO = ascii("errno=");

    private final byte[] line = new byte[LONGEST_LINE];
    private int length;
    private boolean complete;
    private OptionalInt errno = OptionalInt.empty();
    private Optional<Set<String>> addressesOfPeer = Optional.empty();
    private final Map<PeerKey, Set<String>> peers = new HashMap<>();

    /** Whether all of it is here. */
    boolean complete() {
        return complete;
    }

    /** 0 for done, else a negative number of {@code errno.h}. @throws IllegalStateException before it is complete */
    int errno() {
        return errno.orElseThrow(IllegalStateException::new);
    }

    /** The peers that were listed, with their addresses; those whose key is none this bridge would take are not among them. */
    Map<PeerKey, Set<String>> peers() {
        return Collections.unmodifiableMap(peers);
    }

    /** Takes the next piece. @throws IOException when it is no such answer */
    void take(ByteBuffer piece) throws IOException {
        while (piece.hasRemaining()) {
            byte next = piece.get();
            if (complete || (next != '\n' && length == LONGEST_LINE)) {
                throw nonsense();
            }
            if (next == '\n') {
                endOfLine();
                Arrays.fill(line, 0, length, (byte) 0);
                length = 0;
            } else {
                line[length++] = next;
            }
        }
    }

    private void endOfLine() throws IOException {
        if (length == 0 && errno.isPresent()) {
            complete = true;
        } else if (errno.isPresent()) {
            throw nonsense();
        } else if (begins(PUBLIC_KEY)) {
            addressesOfPeer = key(value(PUBLIC_KEY)).map(key -> peers.computeIfAbsent(key, k -> new HashSet<>()));
        } else if (begins(ALLOWED_IP)) {
            String address = value(ALLOWED_IP);
            addressesOfPeer.ifPresent(addresses -> addresses.add(address));
        } else if (begins(ERRNO)) {
            errno = OptionalInt.of(number(value(ERRNO)));
        }
    }

    private static Optional<PeerKey> key(String hex) throws IOException {
        byte[] raw;
        try {
            raw = HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException notHex) {
            throw nonsense();
        }
        if (raw.length != KEY_SIZE) {
            throw nonsense();
        }
        return PeerKey.parse(Base64.getEncoder().encodeToString(raw)).value();
    }

    private static int number(String text) throws IOException {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw nonsense();
        }
    }

    private boolean begins(byte[] name) {
        return length >= name.length && Arrays.equals(line, 0, name.length, name, 0, name.length);
    }

    private String value(byte[] name) {
        return new String(line, name.length, length - name.length, StandardCharsets.US_ASCII);
    }

    private static IOException nonsense() {
        // Not what it said: that may be a key.
        return new IOException("the answer makes no sense");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
