package io.provisioningbridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Callers may be threads of the common pool, and may all wait for a lock that the one of them holds who exchanges. On JDKs before
 * 25, two processors or fewer leave that pool unused, and nothing is shown there.
 */
class CommonPoolTest {

    private final HttpClient.Builder client = Exchange.client(Duration.ofSeconds(10));
    private final BlockedCommonPool blocked;

    CommonPoolTest() throws InterruptedException {
        blocked = new BlockedCommonPool();
    }

    @AfterEach
    void release() {
        blocked.close();
    }

    @Test
    void answerShouldNeedNoThreadOfTheCommonPool() throws Exception {
        assertAnswers(client.build());
    }

    @Test
    void answerToAClientWithThreadsOfItsOwnShouldNeedNoneOfTheCommonPool() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            assertAnswers(client.executor(threads).build());
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void answerThatIsTooLargeShouldNeedNoThreadOfTheCommonPool() throws Exception {
        Exchange exchange = new Exchange(client.build(), 3);
        try (LocalServer server = LocalServer.answering(200, "four")) {
            assertThatThrownBy(() -> exchange.send(server.request(), Deadline.in(Duration.ofSeconds(20))))
                    .hasCauseInstanceOf(Exchange.TooLarge.class);
        }
    }

    private static void assertAnswers(HttpClient client) throws Exception {
        Exchange exchange = new Exchange(client, 1000);
        try (LocalServer full = LocalServer.answering(200, "whole");
                LocalServer empty = LocalServer.answering(204, "")) {
            Deadline deadline = Deadline.in(Duration.ofSeconds(20));
            assertThat(exchange.send(full.request(), deadline).text()).isEqualTo("whole");
            assertThat(exchange.send(empty.request(), deadline).status()).isEqualTo(204);
        }
    }
}
