package io.provisioningbridge.simulators.thingsboard;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/** A device with a certificate and an MQTT client. */
final class MqttDevice implements AutoCloseable {

    /** What became of a connect. */
    enum Answer {
        ACCEPTED,
        NOT_AUTHORIZED,
        IDENTIFIER_REJECTED,
        TLS_ALERT
    }

    final X509Certificate leaf;
    private final Mqtt3AsyncClient client;
    private final CountDownLatch disconnected = new CountDownLatch(1);

    /**
     * One that presents its certificate whatever the server says.
     *
     * @param above what it presents above its own certificate
     */
    MqttDevice(int port, X509Certificate authority, KeyPair key, X509Certificate leaf, List<X509Certificate> above) {
        this(port, authority, leaf, new FixedKey(key.getPrivate(), chain(leaf, above)).factory());
    }

    MqttDevice(int port, X509Certificate authority, X509Certificate leaf, KeyManagerFactory keys) {
        this.leaf = leaf;
        try {
            this.client = MqttClient.builder()
                    .useMqttVersion3()
                    .identifier("device-" + leaf.getSerialNumber().toString(16))
                    .serverHost("127.0.0.1")
                    .serverPort(port)
                    .sslConfig(MqttClientSslConfig.builder()
                            .keyManagerFactory(keys)
                            .trustManagerFactory(trusting(authority))
                            .build())
                    .addDisconnectedListener(context -> disconnected.countDown())
                    .buildAsync();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Answer connect() {
        try {
            client.connect().orTimeout(20, TimeUnit.SECONDS).join();
            return Answer.ACCEPTED;
        } catch (CompletionException e) {
            if (e.getCause() instanceof Mqtt3ConnAckException refused) {
                return Answer.valueOf(refused.getMqttMessage().getReturnCode().name());
            }
            // As the client of TLS 1.3 it learns of the refusal only after its own handshake is done.
            if (e.getCause() instanceof ConnectionClosedException closed
                    && String.valueOf(closed.getMessage()).contains("certificate_unknown")) {
                return Answer.TLS_ALERT;
            }
            throw e;
        }
    }

    void publish(String payload) {
        client.publishWith()
                .topic("v1/devices/me/telemetry")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    /** @return whether the connection ended within ten seconds */
    boolean isDropped() throws InterruptedException {
        boolean dropped = disconnected.await(10, TimeUnit.SECONDS);
        // The client tells of it a moment before it can connect anew.
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (dropped && client.getState().isConnectedOrReconnect() && System.nanoTime() < patience) {
            Thread.onSpinWait();
        }
        return dropped;
    }

    @Override
    public void close() {
        if (client.getState().isConnected()) {
            client.disconnect().orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    private static X509Certificate[] chain(X509Certificate leaf, List<X509Certificate> above) {
        return Stream.concat(Stream.of(leaf), above.stream()).toArray(X509Certificate[]::new);
    }

    private static TrustManagerFactory trusting(X509Certificate authority)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }
}
