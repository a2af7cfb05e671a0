package io.provisioningbridge.app.endtoend;

import com.sun.net.httpserver.HttpExchange;
import io.provisioningbridge.simulators.hawkbit.HawkbitSimulator;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What can be wrong with outside systems. */
enum Trouble {
    /** Connections are refused. */
    DOWN {
        @Override
        void begin(HawkbitSimulator hawkbit, ThingsBoardSimulator thingsBoard) {
            hawkbit.stop();
            thingsBoard.stopRest();
        }

        @Override
        void end(HawkbitSimulator hawkbit, ThingsBoardSimulator thingsBoard) {
            hawkbit.startAgain();
            thingsBoard.startRest();
        }
    },

    /** Requests are accepted, and never answered. */
    SILENT {
        @Override
        void answer(HttpExchange exchange) {
            // It is left open.
        }
    },

    /** To those who read a proxy answers that all is well; to those who write the answer ends too soon. */
    NONSENSE {
        @Override
        void answer(HttpExchange exchange) throws IOException {
            if (exchange.getRequestMethod().equals("GET")) {
                send(exchange, 200, "text/html", "<html><body><h1>It works!</h1></body></html>");
            } else {
                send(exchange, 200, "application/json", "{\"id\":{\"entityType\":\"DEV");
            }
        }
    },

    /** A proxy cannot reach them. */
    BAD_GATEWAY {
        @Override
        void answer(HttpExchange exchange) throws IOException {
            send(exchange, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");
        }
    },

    /** A proxy does not like what it gets. */
    BAD_REQUEST {
        @Override
        void answer(HttpExchange exchange) throws IOException {
            send(exchange, 400, "text/html", "<html><body><h1>400 Bad Request</h1></body></html>");
        }
    },

    /** They have had too many requests. */
    TOO_MANY_REQUESTS {
        @Override
        void answer(HttpExchange exchange) throws IOException {
            exchange.getResponseHeaders().set("Retry-After", "21");
            send(exchange, 429, "text/html", "");
        }
    },

    /** They do what they are asked, and take their time. */
    SLOW {
        @Override
        void begin(HawkbitSimulator hawkbit, ThingsBoardSimulator thingsBoard) {
            hawkbit.interfere(exchange -> pause());
            thingsBoard.interfere((method, path, exchange) -> pause());
        }

        @Override
        boolean fails() {
            return false;
        }
    };

    private static final long PAUSE_MILLIS = 1500;

    /** Whether nothing that is asked meanwhile gets done. */
    boolean fails() {
        return true;
    }

    void begin(HawkbitSimulator hawkbit, ThingsBoardSimulator thingsBoard) {
        hawkbit.interfere(exchange -> {
            answer(exchange);
            return true;
        });
        thingsBoard.interfere((method, path, exchange) -> {
            answer(exchange);
            return true;
        });
    }

    void end(HawkbitSimulator hawkbit, ThingsBoardSimulator thingsBoard) {
        hawkbit.stopInterfering();
        thingsBoard.stopInterfering();
    }

    void answer(HttpExchange exchange) throws IOException {
        throw new IllegalStateException("nobody can be asked");
    }

    /** @return false: it is served as usual then */
    private static boolean pause() throws IOException {
        try {
            return new CountDownLatch(1).await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
