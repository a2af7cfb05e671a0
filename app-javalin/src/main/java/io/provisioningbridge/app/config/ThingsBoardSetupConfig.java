package io.provisioningbridge.app.config;

import static io.provisioningbridge.app.config.Variable.BRIDGE_DATA_DIR;
import static io.provisioningbridge.app.config.Variable.BRIDGE_PUBLIC_URL;
import static io.provisioningbridge.app.config.Variable.THINGSBOARD_API_KEY;
import static io.provisioningbridge.app.config.Variable.THINGSBOARD_PASSWORD;
import static io.provisioningbridge.app.config.Variable.THINGSBOARD_URL;
import static io.provisioningbridge.app.config.Variable.THINGSBOARD_USER;

import io.provisioningbridge.adapter.thingsboard.ThingsBoardSettings;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What ThingsBoard is set up from, also on another machine than the bridge's.
 *
 * @param settings where ThingsBoard is, and what is to be installed there
 * @param bridge the bridge's URL as ThingsBoard reaches it, without trailing slash
 * @param webhookSecret the newest, where it is set; empty: the one in the data directory
 * @param dataDirectory perhaps of that very bridge
 */
public record ThingsBoardSetupConfig(
        ThingsBoardSettings settings, URI bridge, Optional<Secret> webhookSecret, Path dataDirectory) {

    /**
     * Looks at nothing but the variables in question.
     *
     * @return the problems, a line each, when one of them is wrong or missing
     */
    public static Parsed<ThingsBoardSetupConfig> read(Map<String, String> environment) {
        Findings findings = new Findings();
        Values values = new Values(Sources.gather(environment, findings), findings);
        Optional<ThingsBoardConfig> thingsBoard = thingsBoard(values, findings);
        Optional<URI> bridge = values.required(BRIDGE_PUBLIC_URL, ": the URL that ThingsBoard calls", BaseUrl::parse);
        List<Secret> secrets = WebhookReader.read(values);
        Optional<Path> data = values.orDefault(BRIDGE_DATA_DIR, "./data", SmallFile::parsePath);
        List<String> problems =
                findings.problems().stream().map(Finding::toString).toList();
        return problems.isEmpty()
                ? Parsed.valid(new ThingsBoardSetupConfig(
                        thingsBoard.flatMap(ThingsBoardConfig::settings).orElseThrow(),
                        bridge.orElseThrow(),
                        secrets.stream().findFirst(),
                        data.orElseThrow()))
                : Parsed.invalid(String.join("\n", problems));
    }

    /** What the server may do without is needed here. */
    private static Optional<ThingsBoardConfig> thingsBoard(Values values, Findings findings) {
        if (!values.anySet(THINGSBOARD_API_KEY, THINGSBOARD_USER, THINGSBOARD_PASSWORD)) {
            values.problem(
                    THINGSBOARD_API_KEY,
                    "required, or THINGSBOARD_USER and THINGSBOARD_PASSWORD: of a tenant administrator");
        }
        int known = findings.problems().size();
        Optional<ThingsBoardConfig> read = BackendsReader.thingsBoard(values);
        if (read.isEmpty() && findings.problems().size() == known) {
            values.problem(THINGSBOARD_URL, "required: the base URL of ThingsBoard");
        }
        return read;
    }
}
