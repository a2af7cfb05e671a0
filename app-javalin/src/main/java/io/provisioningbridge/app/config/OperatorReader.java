package io.provisioningbridge.app.config;

import static io.provisioningbridge.app.config.Variable.BRIDGE_ADMIN_LISTEN;
import static io.provisioningbridge.app.config.Variable.BRIDGE_OPERATOR_TOKEN;
import static io.provisioningbridge.app.config.Variable.BRIDGE_SIGNING_KEY_FILE;
import static io.provisioningbridge.app.config.Variable.BRIDGE_TLS;
import static io.provisioningbridge.app.config.Variable.BRIDGE_VIEWER_TOKEN;

import io.provisioningbridge.core.domain.Secret;
import java.nio.file.Path;
import java.util.Optional;

/** Makes the operators' section of a {@link BridgeConfig}. */
final class OperatorReader {

    private OperatorReader() {}

    /** @param devices where the device listener listens, if that is known */
    static Optional<OperatorConfig> read(Values values, Optional<HostPort> devices) {
        Optional<Secret> operator = values.optional(BRIDGE_OPERATOR_TOKEN, OperatorToken::parse);
        Optional<Secret> viewer = values.optional(BRIDGE_VIEWER_TOKEN, OperatorToken::parse);
        if (operator.isPresent() && operator.map(Secret::reveal).equals(viewer.map(Secret::reveal))) {
            values.problem(BRIDGE_VIEWER_TOKEN, "is BRIDGE_OPERATOR_TOKEN too, so that a viewer could change things");
        }
        Optional<Path> signingKey = values.optional(BRIDGE_SIGNING_KEY_FILE, SmallFile::parseReadable);
        return values.orDefault(BRIDGE_ADMIN_LISTEN, "127.0.0.1:8444", HostPort::parseListener)
                .map(listen -> {
                    judge(listen, devices, values);
                    return new OperatorConfig(listen, operator, viewer, signingKey);
                });
    }

    private static void judge(HostPort listen, Optional<HostPort> devices, Values values) {
        boolean noTls = values.peek(BRIDGE_TLS, Choice.of("off")).isPresent();
        if (noTls && !OperatorConfig.isLocal(listen.host())) {
            values.problem(
                    BRIDGE_ADMIN_LISTEN,
                    "speaks HTTPS except on a loopback address, and BRIDGE_TLS is off; use 127.0.0.1");
        }
        if (listen.port() != 0 && devices.equals(Optional.of(listen))) {
            values.problem(BRIDGE_ADMIN_LISTEN, "is BRIDGE_LISTEN too; devices and operators have an address each");
        }
    }
}
