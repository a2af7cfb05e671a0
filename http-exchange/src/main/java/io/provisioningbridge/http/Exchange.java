package io.provisioningbridge.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests to a peer and their answers, each bounded in time and size. Holds no thread but those of its client. Safe for
 * concurrent use.
 *
 * <p>An answer needs no thread of {@link java.util.concurrent.ForkJoinPool#commonPool()}, so callers may themselves be such
 * threads, and may hold a lock that others there wait for. Only the news that no answer begins (no connection, no TLS) comes
 * by way of that pool, and at the latest as a time-out.
 */
public final class Exchange {

    private final HttpClient client;
    private final int maxBody;

    /**
     * @param client whose time-outs, trust and threads are used
     * @param maxBody how many bytes the body of an answer may have at most
     */
    public Exchange(HttpClient client, int maxBody) {
        this.client = client;
        this.maxBody = maxBody;
    }

    /**
     * A client as all adapters want it, to be completed with an {@link HttpClient.Builder#sslContext SSL context} or an
     * {@link HttpClient.Builder#executor executor}. It follows no redirect, which would take credentials elsewhere. Its work
     * is done on virtual threads where Java has them, otherwise on threads of its own.
     *
     * <p>HTTP/1.1: over HTTP/2 all requests would share one connection and be lost with it, and JDK 17 fails every request in
     * flight when the server, or a proxy in front of it, says GOAWAY.
     */
    public static HttpClient.Builder client(Duration connectTimeout) {
        return ClientThreads.useIn(HttpClient.newBuilder())
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout);
    }

    /**
     * Blocks until the whole answer is there, whatever its status. After any exception the exchange is given up, and the peer may
     * have acted on the request all the same.
     *
     * @throws TimeoutException the deadline passed; an answer that drips is bounded, too
     * @throws InterruptedException as usual, with the flag cleared
     * @throws ExecutionException there is no whole answer; its cause is the client's exception as it is: {@link
     *     java.net.ConnectException}, {@link java.net.http.HttpConnectTimeoutException}, {@link
     *     javax.net.ssl.SSLException}, another {@link IOException}, or {@link TooLarge}. {@link Failures} has words for it
     */
    public Reply send(HttpRequest request, Deadline deadline)
            throws InterruptedException, TimeoutException, ExecutionException {
        // The client completes the future it returns on the common pool only. The answer does not wait for that: the
        // body's subscriber completes it, on the client's own thread.
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        CompletableFuture<HttpResponse<Reply>> call =
                client.sendAsync(request, head -> new BoundedBody(head, maxBody, answer));
        CompletableFuture<Reply> outcome = answer.applyToEither(call.thenApply(HttpResponse::body), reply -> reply);
        try {
            return outcome.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException | TimeoutException e) {
            call.cancel(true);
            throw e;
        }
    }

    /** The peer sent more than it may. */
    public static final class TooLarge extends IOException {

        private static final long serialVersionUID = 1;

        TooLarge(int limit) {
            super("the answer is larger than " + limit + " bytes");
        }
    }
}
