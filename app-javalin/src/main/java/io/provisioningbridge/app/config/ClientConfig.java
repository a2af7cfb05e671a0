package io.provisioningbridge.app.config;

import static io.provisioningbridge.app.config.Variable.BRIDGE_ADMIN_URL;
import static io.provisioningbridge.app.config.Variable.BRIDGE_DATA_DIR;
import static io.provisioningbridge.app.config.Variable.BRIDGE_OPERATOR_TOKEN;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the operators' commands need to ask a running bridge.
 *
 * @param url of its operator listener, without trailing slash
 * @param token empty: the one in the data directory
 * @param dataDirectory perhaps of that very bridge
 */
public record ClientConfig(URI url, Optional<Secret> token, Path dataDirectory) {

    static final String USUAL_URL = "http://127.0.0.1:8444";

    /**
     * Looks at nothing but those three variables, so that a client needs no server's configuration.
     *
     * @return the problems, a line each, when one of them is wrong
     */
    public static Parsed<ClientConfig> read(Map<String, String> environment) {
        Findings findings = new Findings();
        Values values = new Values(Sources.gather(environment, findings), findings);
        Optional<URI> url = values.orDefault(BRIDGE_ADMIN_URL, USUAL_URL, ClientConfig::parseUrl);
        Optional<Secret> token = values.optional(BRIDGE_OPERATOR_TOKEN, OperatorToken::parse);
        Optional<Path> data = values.orDefault(BRIDGE_DATA_DIR, "./data", SmallFile::parsePath);
        List<String> problems =
                findings.problems().stream().map(Finding::toString).toList();
        return problems.isEmpty()
                ? Parsed.valid(new ClientConfig(url.orElseThrow(), token, data.orElseThrow()))
                : Parsed.invalid(String.join("\n", problems));
    }

    private static Parsed<URI> parseUrl(String text) {
        return BaseUrl.parse(text)
                .fold(
                        url -> url.getScheme().equals("https") || OperatorConfig.isLocal(hostOf(url))
                                ? Parsed.valid(url)
                                : Parsed.invalid(
                                        Quoted.of(text)
                                                + " would send the token in the clear; use https, or an ssh tunnel to this machine"),
                        Parsed::invalid);
    }

    private static String hostOf(URI url) {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
