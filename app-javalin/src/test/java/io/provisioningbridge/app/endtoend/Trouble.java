package io.provisioningbridge.app.endtoend;

import com.sun.net.httpserver.HttpExchange;
import io.provisioningbridge.simulators.hawkbit.HawkbitSimulator;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

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
                send(exchange, "text/html", "<html><body><h1>It works!</h1></body></html>");
            } else {
                send(exchange, "application/json", "{\"id\":{\"entityType\":\"DEV");
            }
        }
    };

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

    private static void send(HttpExchange exchange, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
