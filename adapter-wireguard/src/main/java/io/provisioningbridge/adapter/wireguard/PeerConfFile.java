package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The peers as a block of lines in the tunnel server's own configuration file, for a server that reads it: {@code wg-quick},
 * the linuxserver image, or a reloader that watches the file. What stands outside the block is the operator's and stays as it
 * is, byte for byte; a file without a block gets one at its end, with the first peer. Peers outside the block are never
 * touched: their keys and addresses are refused.
 *
 * <p>The file has to be there, as {@code ./bridge wireguard init} makes it, and to have the server's private key: one made of
 * peers alone would take the key from a running server (observed: {@code wg syncconf}, wireguard-tools 1.0.20210914). It is
 * replaced as a whole (written beside, synced, renamed), once for each {@link #put} or {@link #remove} that changes anything,
 * and keeps its mode. Against the letter of {@link TunnelPeers}, that costs what writing the whole file costs. It is read
 * again only after somebody else changed it.
 *
 * <p>Safe for concurrent use, by one process at a time. Needs a POSIX file system.
 */
public final class PeerConfFile implements TunnelPeers {

    /** Larger files are not read; 100,000 peers take 10 MiB. */
    private static final long MAX_READ = 256L << 20;

    // Of a disk that answers: 100,000 peers take well under a second.
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Path file;
    private final Path temporary;

    private final ReentrantLock lock = new ReentrantLock();
    private long epoch;
    // The file as it was last read or written; null before that.
    private @Nullable Instance seen;
    // What it says; null when it has to be read.
    private @Nullable PeerBlock content;

    /** Which file it is, and in which state. */
    private record Instance(String key, long size, FileTime modified) {

        static Instance of(PosixFileAttributes attributes) {
            return new Instance(String.valueOf(attributes.fileKey()), attributes.size(), attributes.lastModifiedTime());
        }
    }

    /** @param file the server's configuration; need not be there yet */
    public PeerConfFile(Path file) {
        this.file = file;
        // Neither wg-quick nor the linuxserver image takes it for a configuration: that would have to end in .conf.
        this.temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
    }

    @Override
    public List<Result> put(List<Assignment> peers) {
        return change(block -> peers.stream().map(block::put).toList());
    }

    @Override
    public List<Result> remove(List<PeerKey> peers) {
        return change(block -> peers.stream().map(block::remove).toList());
    }

    /** {@inheritDoc} Networks with host bits, which {@code wg} would clear, are told as they stand in the file. */
    @Override
    public Map<PeerKey, Set<String>> observe() {
        lock.lock();
        try {
            look();
            ServerConf conf = read();
            Map<PeerKey, Set<String>> peers = new LinkedHashMap<>(conf.foreign());
            peers.putAll(conf.ours());
            return peers;
        } catch (IOException e) {
            throw failure("could not be read", Effect.NONE, e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Evidence evidence() {
        return Evidence.PROJECTED;
    }

    /** {@inheritDoc} Here: when somebody else replaced or changed the file. */
    @Override
    public long epoch() {
        lock.lock();
        try {
            DurableFiles.attributes(file).ifPresent(this::notice);
            return epoch;
        } catch (IOException unreachable) {
            return epoch;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Duration deadline() {
        return DEADLINE;
    }

    private List<Result> change(Function<PeerBlock, List<Result>> changes) {
        lock.lock();
        try {
            PosixFileAttributes attributes = look();
            PeerBlock block = content;
            if (block == null) {
                block = PeerBlock.of(read());
            }
            // Forgotten until it is written: after a failure the file is read anew.
            content = null;
            List<Result> results = changes.apply(block);
            if (block.isToBeWritten()) {
                replace(block, attributes);
            }
            content = block;
            return results;
        } catch (IOException e) {
            // Possible: when only the last sync failed, the new file is in place. Either way it is a whole one.
            throw failure("could not be changed", Effect.POSSIBLE, e);
        } finally {
            lock.unlock();
        }
    }

    private PosixFileAttributes look() throws IOException {
        PosixFileAttributes attributes = DurableFiles.attributes(file)
                .orElseThrow(() -> unavailable("is not there; make the server's configuration with `./bridge wireguard"
                        + " init`, or put an existing one there"));
        if (!attributes.isRegularFile()) {
            throw unavailable("is not a regular file; put the file itself there");
        }
        notice(attributes);
        return attributes;
    }

    private void notice(PosixFileAttributes attributes) {
        Instance now = Instance.of(attributes);
        if (!now.equals(seen)) {
            if (seen != null) {
                epoch++;
            }
            seen = now;
            content = null;
        }
    }

    private ServerConf read() throws IOException {
        byte[] bytes;
        try (InputStream in = DurableFiles.read(file)) {
            bytes = in.readNBytes((int) MAX_READ);
        }
        if (bytes.length == MAX_READ) {
            throw unavailable("is larger than " + (MAX_READ >> 20) + " MiB");
        }
        refuseIfChanged();
        ServerConf conf = ServerConf.parse(new String(bytes, StandardCharsets.ISO_8859_1));
        if (!conf.problem().isEmpty()) {
            throw unavailable(conf.problem());
        }
        return conf;
    }

    private void replace(PeerBlock block, PosixFileAttributes attributes) throws IOException {
        DurableFiles.write(temporary, attributes.permissions(), out -> {
            Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.ISO_8859_1), 1 << 16);
            block.writeTo(text);
            text.flush();
        });
        refuseIfChanged();
        // Noted before the renaming, which changes neither: should it fail, the worst is a needless new epoch.
        seen = Instance.of(DurableFiles.attributes(temporary).orElseThrow());
        DurableFiles.rename(temporary, file);
    }

    /** What somebody writes into the file at this very moment must neither be read by half nor be lost. */
    private void refuseIfChanged() throws IOException {
        boolean untouched = DurableFiles.attributes(file)
                .filter(now -> Instance.of(now).equals(seen))
                .isPresent();
        if (!untouched) {
            throw unavailable("is being changed by somebody else");
        }
    }

    private BackendUnavailableException failure(String what, Effect effect, IOException e) {
        String why = e instanceof ClosedByInterruptException ? "the thread was interrupted" : e.toString();
        return new BackendUnavailableException(file + " " + what + ": " + why, effect, e);
    }

    private BackendUnavailableException unavailable(String why) {
        return new BackendUnavailableException(file + " " + why, Effect.NONE);
    }
}
