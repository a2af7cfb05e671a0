package io.provisioningbridge.adapter.wireguard;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A socket that answers each message as a test wants, one connection at a time. */
final class ScriptedWireGuard implements AutoCloseable {

    /** An answer after which the connection is closed. */
    static final String HANG_UP = "\0";

    private final ServerSocketChannel listener;
    private final Thread thread;
    private final Function<String, String> script;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile @Nullable SocketChannel current;

    /** @param script from a message, without its last empty line, to what is sent back, as it is */
    ScriptedWireGuard(Path socket, Function<String, String> script) throws IOException {
        this.script = script;
        this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        this.thread = new Thread(this::serve, "scripted-wireguard");
        thread.start();
    }

    List<String> messages() {
        return messages;
    }

    int connections() {
        return connections.get();
    }

    private void serve() {
        while (true) {
            try (SocketChannel caller = listener.accept()) {
                current = caller;
                connections.incrementAndGet();
                serve(caller);
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException e) {
                // The caller is gone; the next one may come.
            }
        }
    }

    private void serve(SocketChannel caller) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(caller), StandardCharsets.US_ASCII));
        StringBuilder message = new StringBuilder();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.isEmpty()) {
                message.append(line).append('\n');
                continue;
            }
            messages.add(message.toString());
            String answer = script.apply(message.toString());
            message.setLength(0);
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(answer.replace(HANG_UP, ""));
            while (bytes.hasRemaining()) {
                caller.write(bytes);
            }
            if (answer.endsWith(HANG_UP)) {
                return;
            }
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            SocketChannel open = current;
            if (open != null) {
                open.close();
            }
            thread.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
