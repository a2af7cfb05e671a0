package io.provisioningbridge.app.config;

import static io.provisioningbridge.app.config.Variable.BRIDGE_DATA_DIR;
import static io.provisioningbridge.app.config.Variable.WG_CONFIG_DIR;
import static io.provisioningbridge.app.config.Variable.WG_INTERFACE;
import static io.provisioningbridge.app.config.Variable.WG_SERVER_ENDPOINT;
import static io.provisioningbridge.app.config.Variable.WG_SUBNET;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Parsed;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a new tunnel server is made from, before it has the key without which the bridge does not start.
 *
 * @param pools the networks of the tunnel
 * @param port where it listens; the one devices dial, 51820 when that is not known
 * @param directory where its files are going to be
 * @param interfaceName what its interface is called
 */
public record TunnelServerConfig(AddressPools pools, int port, Path directory, String interfaceName) {

    private static final int USUAL_PORT = 51820;

    /**
     * Looks at nothing but the variables in question.
     *
     * @return the problems, a line each, when one of them is wrong
     */
    public static Parsed<TunnelServerConfig> read(Map<String, String> environment) {
        Findings findings = new Findings();
        Values values = new Values(Sources.gather(environment, findings), findings);
        Optional<AddressPools> pools = values.orDefault(WG_SUBNET, TunnelReader.USUAL_POOL, AddressPools::parse);
        Optional<HostPort> endpoint = values.optional(WG_SERVER_ENDPOINT, HostPort::parse);
        Optional<String> interfaceName = values.orDefault(WG_INTERFACE, "wg0", TunnelReader::parseInterface);
        Optional<Path> data = values.orDefault(BRIDGE_DATA_DIR, "./data", SmallFile::parsePath);
        Optional<Path> directory = values.orDefault(
                WG_CONFIG_DIR, data.orElse(Path.of("")).resolve("wireguard").toString(), SmallFile::parsePath);
        List<String> problems =
                findings.problems().stream().map(Finding::toString).toList();
        return problems.isEmpty()
                ? Parsed.valid(new TunnelServerConfig(
                        pools.orElseThrow(),
                        endpoint.map(HostPort::port).orElse(USUAL_PORT),
                        directory.orElseThrow(),
                        interfaceName.orElseThrow()))
                : Parsed.invalid(String.join("\n", problems));
    }
}
