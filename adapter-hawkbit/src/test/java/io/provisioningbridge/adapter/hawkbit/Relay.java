package io.provisioningbridge.adapter.hawkbit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Passes connections on to a port, for a server that is to be away for a while without being stopped. Safe for concurrent use. */
final class Relay implements AutoCloseable {

    private final int target;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean away;

    Relay(int target) {
        this.target = target;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Breaks off what there is, and from now on every connection as soon as it comes. */
    void goAway() {
        away = true;
        open.forEach(Relay::close);
    }

    void comeBack() {
        away = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket here = listener.accept();
                if (away) {
                    close(here);
                } else {
                    pass(here);
                }
            }
        } catch (IOException closed) {
            open.forEach(Relay::close);
        }
    }

    private void pass(Socket here) throws IOException {
        Socket there = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(here);
        open.add(there);
        threads.execute(() -> pump(here, there));
        threads.execute(() -> pump(there, here));
    }

    private void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException brokenOff) {
            // Either side may end it; so ends the other.
        } finally {
            close(from);
            close(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        goAway();
        threads.shutdownNow();
    }
}
