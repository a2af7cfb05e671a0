package io.provisioningbridge.adapter.wireguard;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A connection to the socket of a userspace WireGuard. Never waits beyond a deadline: the channel does not block, and the
 * selector wakes up in time, or when the thread is interrupted. Not safe for concurrent use.
 */
final class UapiConnection implements AutoCloseable {

    private static final int BUFFER = 1 << 16;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    // Outside the heap, so that secrets in an answer are not copied around before they are wiped here.
    private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER);

    private UapiConnection(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    /** @throws IOException when nobody takes the call at once */
    static UapiConnection open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            UapiConnection connection = new UapiConnection(channel, Selector.open());
            if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                connection.close();
                throw new IOException("its queue of callers is full");
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Sends a request and waits for the whole answer.
     *
     * @throws SocketTimeoutException when the deadline passed
     * @throws ClosedByInterruptException when the thread is interrupted; the flag stays set
     * @throws EOFException when the other end hung up
     */
    void exchange(String request, UapiAnswer answer, Deadline until) throws IOException {
        send(StandardCharsets.US_ASCII.encode(request), until);
        try {
            while (!answer.complete()) {
                received.clear();
                int read = channel.read(received);
                if (read < 0) {
                    throw new EOFException("WireGuard closed the connection");
                }
                if (read == 0) {
                    await(SelectionKey.OP_READ, until);
                }
                answer.take(received.flip());
                if (until.passed()) {
                    throw new SocketTimeoutException("no whole answer in time");
                }
            }
        } finally {
            wipe();
        }
    }

    /** Until all is sent, or an answer is there: wireguard-go answers the first bad item and hangs up on the rest. */
    private void send(ByteBuffer unsent, Deadline until) throws IOException {
        while (unsent.hasRemaining()) {
            if (channel.write(unsent) == 0) {
                await(SelectionKey.OP_WRITE | SelectionKey.OP_READ, until);
                if (key.isReadable()) {
                    return;
                }
            }
        }
    }

    private void await(int operation, Deadline until) throws IOException {
        key.interestOps(operation);
        selector.select(until.remainingMillis());
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
        if (until.passed()) {
            throw new SocketTimeoutException("no answer in time");
        }
    }

    private void wipe() {
        received.clear();
        while (received.remaining() >= Long.BYTES) {
            received.putLong(0);
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            selector.close();
        }
    }
}
