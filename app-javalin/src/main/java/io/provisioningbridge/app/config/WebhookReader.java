package io.provisioningbridge.app.config;

import static io.provisioningbridge.app.config.Variable.BRIDGE_OPERATOR_TOKEN;
import static io.provisioningbridge.app.config.Variable.BRIDGE_VIEWER_TOKEN;
import static io.provisioningbridge.app.config.Variable.BRIDGE_WEBHOOK_SECRET;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads what the platform's webhook calls prove themselves with. */
final class WebhookReader {

    /** The new one and the old one, while the platform is told. */
    private static final int MOST = 2;

    private WebhookReader() {}

    /** None: the one in the data directory. */
    static List<Secret> read(Values values) {
        List<Secret> secrets =
                values.optional(BRIDGE_WEBHOOK_SECRET, WebhookReader::parse).orElse(List.of());
        // Every administrator of the platform can read the webhook's secret in the rule chain.
        boolean shared = secrets.stream()
                .anyMatch(secret -> Stream.of(BRIDGE_OPERATOR_TOKEN, BRIDGE_VIEWER_TOKEN)
                        .flatMap(variable -> values.peek(variable, OperatorToken::parse).stream())
                        .anyMatch(token -> token.reveal().equals(secret.reveal())));
        if (shared) {
            values.problem(
                    BRIDGE_WEBHOOK_SECRET,
                    "is a token of operators too, so that whoever reads the platform's rule chain could use it here");
        }
        return secrets;
    }

    private static Parsed<List<Secret>> parse(String text) {
        List<Secret> secrets = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            OperatorToken.parse(part.strip()).fold(secrets::add, problems::add);
        }
        if (!problems.isEmpty()) {
            return Parsed.invalid(problems.get(0));
        }
        if (secrets.stream().map(Secret::reveal).distinct().count() < secrets.size()) {
            return Parsed.invalid("holds the same value twice");
        }
        return secrets.size() > MOST
                ? Parsed.invalid("holds more than two values; the new one and the old one are enough")
                : Parsed.valid(secrets);
    }
}
