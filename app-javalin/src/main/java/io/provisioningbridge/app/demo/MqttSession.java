package io.provisioningbridge.app.demo;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A device's connection to the platform: MQTT 3.1.1 over TLS. It connects, and stays; a demo needs no more of MQTT. */
final class MqttSession implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final byte[] PROTOCOL = "MQTT".getBytes(StandardCharsets.US_ASCII);
    private static final int LEVEL_3_1_1 = 4;
    private static final int CLEAN_SESSION = 2;
    private static final int KEEP_ALIVE_SECONDS = 600;
    private static final int CONNECT = 0x10;
    private static final int CONNACK = 0x20;
    private static final int LONGEST_CLIENT = 64;

    private final SSLSocket socket;

    private MqttSession(SSLSocket socket) {
        this.socket = socket;
    }

    /**
     * @param context with the device's certificate
     * @return the session
     * @throws IOException no connection, or the platform refuses
     */
    static MqttSession open(String host, int port, SSLContext context, String client) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
        boolean open = false;
        try {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.connect(new InetSocketAddress(host, port), (int) TIMEOUT.toMillis());
            OutputStream out = socket.getOutputStream();
            out.write(connect(client));
            out.flush();
            requireAccepted(new DataInputStream(socket.getInputStream()));
            open = true;
            return new MqttSession(socket);
        } finally {
            if (!open) {
                socket.close();
            }
        }
    }

    /** MQTT 3.1.1, 3.1. */
    private static byte[] connect(String client) {
        byte[] name =
                client.substring(0, Math.min(client.length(), LONGEST_CLIENT)).getBytes(StandardCharsets.US_ASCII);
        int rest = 2 + PROTOCOL.length + 4 + 2 + name.length;
        return ByteBuffer.allocate(2 + rest)
                .put((byte) CONNECT)
                .put((byte) rest)
                .putShort((short) PROTOCOL.length)
                .put(PROTOCOL)
                .put((byte) LEVEL_3_1_1)
                .put((byte) CLEAN_SESSION)
                .putShort((short) KEEP_ALIVE_SECONDS)
                .putShort((short) name.length)
                .put(name)
                .array();
    }

    /** MQTT 3.1.1, 3.2. */
    private static void requireAccepted(DataInputStream in) throws IOException {
        int type = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (type != CONNACK || length != 2) {
            throw new IOException("what answers speaks no MQTT 3.1.1");
        }
        in.readUnsignedByte();
        int code = in.readUnsignedByte();
        if (code != 0) {
            throw new IOException("the platform refuses the connection with code " + code);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
