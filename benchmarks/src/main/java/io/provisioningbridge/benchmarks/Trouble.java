package io.provisioningbridge.benchmarks;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What may be wrong with an outside system. */
enum Trouble {
    /** Nobody listens. */
    AWAY {
        @Override
        Place begin() throws IOException {
            try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return new Place(gone.getLocalPort(), () -> {});
            }
        }
    },
    /** Connections are taken, and nothing is ever answered. */
    SILENT {
        @Override
        Place begin() throws IOException {
            ServerSocket silent = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
            return new Place(silent.getLocalPort(), silent::close);
        }
    },
    /** Everything is answered with 200 and a page for people. */
    NONSENSE {
        @Override
        Place begin() throws IOException {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", http -> {
                byte[] page = "<html><body>It works!</body></html>".getBytes(StandardCharsets.UTF_8);
                http.getRequestBody().readAllBytes();
                http.sendResponseHeaders(200, page.length);
                http.getResponseBody().write(page);
                http.close();
            });
            server.start();
            return new Place(server.getAddress().getPort(), () -> server.stop(0));
        }
    };

    /** In the place of hawkBit and ThingsBoard. */
    record Place(int port, Ending ending) implements AutoCloseable {

        /** Lets go of what it has. */
        interface Ending {
            void end() throws IOException;
        }

        String url() {
            return "http://127.0.0.1:" + port;
        }

        @Override
        public void close() throws IOException {
            ending.end();
        }
    }

    abstract Place begin() throws IOException;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
