package io.provisioningbridge.app.demo;

import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.app.RunningBridge;
import io.provisioningbridge.app.StartException;
import io.provisioningbridge.app.Wiring;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A bridge with everything embedded, simulated systems around it, and devices that live their lives. Closing it ends all of
 * that and deletes its files.
 */
public final class Demo implements AutoCloseable {

    private static final int USUAL_PORT = 8443;
    private static final int USUAL_ADMIN_PORT = 8444;
    private static final int ANY_PORT = 0;
    private static final String DEVICE = "demo-device-001";
    private static final String HOW_TO_TRY = """
            To enroll a device of your own, paste this into a shell:

              cd "$(mktemp -d)"
              curl -sk {url}/pki/roots/{root} | openssl x509 -out root.crt
              openssl x509 -in root.crt -outform der | sha256sum   # must be {root}
              openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \\
                -keyout device.key -out device.csr -subj /CN=my-device
              printf '{"csr_pem":"%s"}' "$(awk '{printf "%s\\\\n", $0}' device.csr)" |
                curl -s --cacert root.crt -H 'Content-Type: application/json' --data-binary @- \\
                {url}/devices/my-device/enroll

            """;

    private final SecureRandom random = new SecureRandom();
    private final DemoEnvironment environment;
    private final DemoSystems systems;
    private final RunningBridge bridge;

    private Demo(DemoEnvironment environment, DemoSystems systems, RunningBridge bridge) {
        this.environment = environment;
        this.systems = systems;
        this.bridge = bridge;
    }

    /** Starts the bridge on its usual ports, or on others where one is taken. */
    public static Demo start() {
        DemoEnvironment environment = new DemoEnvironment();
        DemoSystems systems = new DemoSystems(new SecureRandom());
        try {
            return new Demo(environment, systems, bridge(environment, systems));
        } catch (RuntimeException e) {
            systems.close();
            environment.close();
            throw e;
        }
    }

    private static RunningBridge bridge(DemoEnvironment environment, DemoSystems systems) {
        PeerKey tunnelServer = environment.makeTunnelServer(new SecureRandom());
        BridgeConfig usual = environment.config(USUAL_PORT, USUAL_ADMIN_PORT, tunnelServer, systems.configuration());
        try {
            return Wiring.production(usual);
        } catch (StartException portTaken) {
            return Wiring.production(environment.config(ANY_PORT, ANY_PORT, tunnelServer, systems.configuration()));
        }
    }

    /** The bridge that runs, to be closed by whoever closes the demo. */
    public RunningBridge bridge() {
        return bridge;
    }

    /** Enrolls devices, shows what they got, and what becomes of them. */
    public void show(PrintStream out) throws IOException, InterruptedException {
        List<X509Certificate> authorities = bridge.authority().authorities();
        CertificateFingerprint root = CertificateFingerprint.of(authorities.get(authorities.size() - 1));
        URI url = URI.create("https://127.0.0.1:" + bridge.port());
        out.println("A bridge is running at " + url + ", its files are in " + environment.directory());
        out.println("Devices know its URL and the SHA-256 of its root CA, " + root);
        out.println("Simulators stand in for hawkBit and ThingsBoard.");
        out.println();
        SimulatedDevice device = new SimulatedDevice(DEVICE, url, root, random);
        systems.setUp(url, device.trust().context());
        SimulatedDevice.Saved saved = device.enroll();
        out.println(DEVICE + " has verified the bridge by that fingerprint, and is enrolled.");
        out.println();
        showChain(saved, out);
        out.println("/certs/wg0.conf (the private key was made on the device, and stays there):");
        saved.tunnel().lines().forEach(line -> out.println("  " + withoutPrivateKey(line)));
        out.println();
        DemoOperator operator = new DemoOperator(bridge.adminPort(), environment.directory());
        new DemoStory(systems, operator, out).tell(device, saved, url, root, random);
        showHowToTry(url, root, out);
        showHowToOperate(out);
    }

    private static void showChain(SimulatedDevice.Saved saved, PrintStream out) {
        List<X509Certificate> chain = new ArrayList<>();
        chain.addAll(Pem.parseCertificates(saved.certificate()).orThrow());
        chain.addAll(Pem.parseCertificates(saved.chain()).orThrow());
        out.println("/certs/device.crt and /certs/ca-chain.crt:");
        for (X509Certificate certificate : chain) {
            out.println("  subject  " + certificate.getSubjectX500Principal());
            out.println("  issuer   " + certificate.getIssuerX500Principal());
            out.println("  valid    " + certificate.getNotBefore().toInstant() + " to "
                    + certificate.getNotAfter().toInstant());
            out.println();
        }
    }

    private static String withoutPrivateKey(String line) {
        return line.startsWith("PrivateKey") ? "PrivateKey = ***" : line;
    }

    private static void showHowToTry(URI url, CertificateFingerprint root, PrintStream out) {
        out.print(HOW_TO_TRY.replace("{url}", url.toString()).replace("{root}", root.toString()));
    }

    private void showHowToOperate(PrintStream out) {
        out.println("To look at the devices as an operator does:");
        out.println();
        out.println("  BRIDGE_ADMIN_URL=http://127.0.0.1:" + bridge.adminPort() + " BRIDGE_DATA_DIR="
                + environment.directory() + " ./bridge devices list");
        out.println();
    }

    @Override
    public void close() {
        bridge.close();
        systems.close();
        environment.close();
    }
}
