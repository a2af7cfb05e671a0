package io.provisioningbridge.http;

import java.net.http.HttpClient;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Where a client runs its own work, which is many short steps for each exchange: virtual threads where Java has them (21 and
 * newer), because handing a step to one costs a fraction of what it costs to wake a thread of the operating system. Stateless.
 */
final class ClientThreads {

    private ClientThreads() {}

    /** Leaves the client its own threads on an older Java. */
    static HttpClient.Builder useIn(HttpClient.Builder client) {
        try {
            // By name, since this is compiled for Java 17.
            Object threads =
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            return client.executor((Executor) threads);
        } catch (ReflectiveOperationException e) {
            return client;
        }
    }
}
