package io.provisioningbridge.benchmarks;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Sends prepared requests over a number of connections, one after the other on each. */
final class Load {

    private Load() {}

    /** @throws IOException an answer has another status than the one expected */
    static Measured run(HttpClient client, List<HttpRequest> requests, int connections, int expectedStatus)
            throws Exception {
        return run(client, requests, connections, expectedStatus, body -> {});
    }

    /**
     * @param bodies gets the body of each answer, by many threads and in no order
     * @throws IOException an answer has another status than the one expected
     */
    static Measured run(
            HttpClient client, List<HttpRequest> requests, int connections, int expectedStatus, Consumer<String> bodies)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        long[] nanos = new long[requests.size()];
        AtomicInteger next = new AtomicInteger();
        try {
            long began = System.nanoTime();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                running.add(threads.submit(() -> {
                    for (int n = next.getAndIncrement(); n < nanos.length; n = next.getAndIncrement()) {
                        long sent = System.nanoTime();
                        String body = send(client, requests.get(n), expectedStatus);
                        nanos[n] = System.nanoTime() - sent;
                        bodies.accept(body);
                    }
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            return measured(nanos, System.nanoTime() - began);
        } finally {
            threads.shutdownNow();
        }
    }

    private static String send(HttpClient client, HttpRequest request, int expectedStatus)
            throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != expectedStatus) {
            throw new IOException(request.uri() + " answered " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    private static Measured measured(long[] nanos, long whole) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        double millis = Duration.ofMillis(1).toNanos();
        return new Measured(
                nanos.length * (double) Duration.ofSeconds(1).toNanos() / whole,
                sorted[sorted.length / 2] / millis,
                sorted[sorted.length * 99 / 100] / millis);
    }
}
