package io.provisioningbridge.app.endtoend;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A simulated ThingsBoard as a process of its own, which serves until it is killed. */
final class ThingsBoardMain {

    static final String STORE_PASSWORD = "store";
    static final String ENTRY = "mqtt";

    private ThingsBoardMain() {}

    /**
     * Prints the REST API's URL, the port of MQTT and an API key in one line, once it serves.
     *
     * @param args where devices connect; PKCS #12 file with key and chain for that address; root of the webhook's server, PEM
     */
    public static void main(String[] args) throws Exception {
        ThingsBoardSimulator simulator = new ThingsBoardSimulator(
                identity(Path.of(args[1])), InstantSource.system(), Timing.REAL, InetAddress.getByName(args[0]));
        simulator.trustForWebhooks(trusting(Path.of(args[2])));
        System.out.println(simulator.url() + " " + simulator.mqttPort() + " " + simulator.newApiKey());
    }

    private static ServerIdentity identity(Path file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, STORE_PASSWORD.toCharArray());
        }
        Certificate[] chain = store.getCertificateChain(ENTRY);
        return new ServerIdentity(
                (PrivateKey) store.getKey(ENTRY, STORE_PASSWORD.toCharArray()),
                Arrays.stream(chain).map(X509Certificate.class::cast).toList());
    }

    private static SSLContext trusting(Path roots) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, new char[0]);
        List<X509Certificate> all =
                Pem.parseCertificates(Files.readString(roots)).orThrow();
        for (X509Certificate root : all) {
            store.setCertificateEntry(root.getSerialNumber().toString(), root);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
