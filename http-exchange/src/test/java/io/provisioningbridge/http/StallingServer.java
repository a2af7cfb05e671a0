package io.provisioningbridge.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Takes one request, says what it is to say, and waits until the client hangs up. */
final class StallingServer implements AutoCloseable {

    private final ServerSocket listener;
    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Void> left = new CompletableFuture<>();

    StallingServer(String words) throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        new Thread(() -> serve(words), "stalling-server").start();
    }

    HttpRequest request() {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"))
                .build();
    }

    void awaitAsked() throws InterruptedException, ExecutionException, TimeoutException {
        asked.get(60, TimeUnit.SECONDS);
    }

    void awaitLeft() throws InterruptedException, ExecutionException, TimeoutException {
        left.get(60, TimeUnit.SECONDS);
    }

    private void serve(String words) {
        try (Socket client = listener.accept()) {
            client.getInputStream().read();
            client.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
            asked.complete(null);
            while (client.getInputStream().read() >= 0) {
                // What is left of the request.
            }
        } catch (IOException reset) {
            // That is hanging up, too.
        }
        left.complete(null);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
