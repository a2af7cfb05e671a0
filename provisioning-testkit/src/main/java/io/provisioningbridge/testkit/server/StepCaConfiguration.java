package io.provisioningbridge.testkit.server;

import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Collectors;

/** The files a step-ca lives from: certificates, key, {@code ca.json} as step 0.21 writes it. */
final class StepCaConfiguration {

    private StepCaConfiguration() {}

    /** Where the configuration lies below a server's directory; the place {@code step ca init} puts it. */
    static Path file(Path directory) {
        return directory.resolve("config/ca.json");
    }

    static Path rootFile(Path directory) {
        return directory.resolve("certs/root_ca.crt");
    }

    static Path intermediatesFile(Path directory) {
        return directory.resolve("certs/intermediate_ca.crt");
    }

    private static Path keyFile(Path directory) {
        return directory.resolve("secrets/intermediate_ca_key");
    }

    static void write(Path directory, int port, CertificateHierarchy hierarchy, List<StepCaProvisioner> provisioners) {
        try {
            for (String folder : List.of("config", "certs", "secrets", "db")) {
                Files.createDirectories(directory.resolve(folder));
            }
            List<X509Certificate> all = hierarchy.authorities();
            Files.writeString(rootFile(directory), Pem.of(hierarchy.root()));
            Files.writeString(intermediatesFile(directory), Pem.of(all.subList(0, all.size() - 1)));
            Files.writeString(
                    keyFile(directory),
                    Pem.of("PRIVATE KEY", hierarchy.issuingKey().getEncoded()));
            writeProvisioners(directory, port, provisioners);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void writeProvisioners(Path directory, int port, List<StepCaProvisioner> provisioners) {
        String json = """
                {
                  "root": %s,
                  "crt": %s,
                  "key": %s,
                  "address": "127.0.0.1:%d",
                  "dnsNames": ["localhost", "127.0.0.1"],
                  "logger": {"format": "text"},
                  "db": {"type": "badgerv2", "dataSource": %s},
                  "authority": {"provisioners": [%s]},
                  "tls": {"minVersion": 1.2, "maxVersion": 1.3}
                }
                """.formatted(
                        quoted(rootFile(directory)),
                        quoted(intermediatesFile(directory)),
                        quoted(keyFile(directory)),
                        port,
                        quoted(directory.resolve("db")),
                        provisioners.stream().map(StepCaProvisioner::json).collect(Collectors.joining(",\n")));
        try {
            Files.writeString(file(directory), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(Path path) {
        return quoted(path.toString());
    }

    /** Text as a JSON string; enough for names, paths and templates without control characters. */
    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
