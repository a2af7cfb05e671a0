package io.provisioningbridge.app.endtoend;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The network between devices and bridges: passes bytes on, and can be cut, led astray, or made to lose answers. Safe for
 * concurrent use.
 */
final class Relay implements AutoCloseable {

    // A TLS handshake and a GET are less; every POST of a device is more.
    private static final int BYTES_OF_A_POST = 1300;

    private final ServerSocket listener;
    private final Deque<Integer> detours = new ConcurrentLinkedDeque<>();
    private final AtomicInteger answersToLose = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile int target;
    private volatile boolean up = true;

    Relay(int target) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    URI url() {
        return URI.create("https://localhost:" + listener.getLocalPort());
    }

    /** From now on connections end here. */
    void leadTo(int port) {
        target = port;
    }

    /** The next connection, and only that one, ends here. */
    void divertNextTo(int port) {
        detours.add(port);
    }

    void cut() {
        up = false;
    }

    void mend() {
        up = true;
    }

    /** The next POSTs reach the bridge, and their answers nobody. */
    void loseAnswers(int count) {
        answersToLose.set(count);
    }

    /** How many connections were made, passed on or not. */
    int connections() {
        return accepted.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket device = listener.accept();
                accepted.incrementAndGet();
                daemon(() -> serve(device));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket device) {
        Integer detour = detours.poll();
        try (device) {
            if (!up) {
                return;
            }
            try (Socket bridge = new Socket(InetAddress.getLoopbackAddress(), detour == null ? target : detour)) {
                AtomicLong sent = new AtomicLong();
                daemon(() -> pass(device, bridge, sent));
                InputStream answers = bridge.getInputStream();
                OutputStream out = device.getOutputStream();
                byte[] buffer = new byte[16384];
                for (int n = answers.read(buffer); n >= 0; n = answers.read(buffer)) {
                    boolean ofPost = sent.get() > BYTES_OF_A_POST;
                    if (ofPost && answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        return;
                    }
                    out.write(buffer, 0, n);
                }
            }
        } catch (IOException broken) {
            // One of the two went away, and so does the connection: what a network does.
        }
    }

    private static void pass(Socket from, Socket to, AtomicLong count) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16384];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                count.addAndGet(n);
                out.write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            // The other direction ends the connection.
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
