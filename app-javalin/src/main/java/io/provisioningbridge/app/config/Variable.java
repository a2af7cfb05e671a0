package io.provisioningbridge.app.config;

import java.util.Optional;
import java.util.Set;

/** Every variable the bridge knows, by the name it has in the environment and in a properties file. */
public enum Variable {
    BRIDGE_CONFIG(Use.READ),

    STEP_CA_URL(Use.READ),
    STEP_CA_FINGERPRINT(Use.READ),
    STEP_CA_PROVISIONER_NAME(Use.READ),
    STEP_CA_PROVISIONER_PASSWORD(Use.READ),
    BRIDGE_CA(Use.READ),
    BRIDGE_CERT_LIFETIME(Use.READ),

    WG_SUBNET(Use.READ),
    WG_SERVER_ENDPOINT(Use.READ),
    WG_SERVER_PUBLIC_KEY(Use.READ),
    WG_CLIENT_ALLOWED_IPS(Use.READ),
    WG_CLIENT_MTU(Use.READ),
    WG_APPLY(Use.READ),
    WG_CONFIG_DIR(Use.READ),
    WG_INTERFACE(Use.READ),
    WG_ADDRESS_QUARANTINE(Use.READ),

    BRIDGE_LISTEN(Use.READ),
    BRIDGE_PUBLIC_URL(Use.READ),
    BRIDGE_TLS(Use.READ),
    BRIDGE_TLS_CERT(Use.READ),
    BRIDGE_TLS_KEY(Use.READ),
    BRIDGE_TLS_PROVISIONER_NAME(Use.READ),
    BRIDGE_TLS_PROVISIONER_PASSWORD(Use.READ),
    BRIDGE_TRUSTED_PROXIES(Use.READ),

    BRIDGE_ADMIN_LISTEN(Use.READ),
    BRIDGE_OPERATOR_TOKEN(Use.READ),
    BRIDGE_VIEWER_TOKEN(Use.READ),
    BRIDGE_SIGNING_KEY_FILE(Use.READ),

    BRIDGE_DATA_DIR(Use.READ),

    ENROLLMENT_POLICY(Use.READ),
    ENROLLMENT_RESERVED_IDS(Use.READ),
    REENROLLMENT(Use.READ),

    HAWKBIT_URL(Use.READ),
    HAWKBIT_USER(Use.READ),
    HAWKBIT_PASSWORD(Use.READ),
    HAWKBIT_CA(Use.READ),
    HAWKBIT_PUBLIC_URL(Use.READ),
    HAWKBIT_TENANT(Use.READ),
    HAWKBIT_POLLING_INTERVAL(Use.READ),
    HAWKBIT_TARGET_TOKENS(Use.READ),

    THINGSBOARD_URL(Use.READ),
    THINGSBOARD_API_KEY(Use.READ),
    THINGSBOARD_USER(Use.READ),
    THINGSBOARD_PASSWORD(Use.READ),
    THINGSBOARD_CA(Use.READ),
    THINGSBOARD_MODE(Use.READ),
    THINGSBOARD_DEVICE_PROFILE(Use.READ),
    BRIDGE_WEBHOOK_SECRET(Use.READ),
    MQTT_PUBLIC_ENDPOINT(Use.READ),

    BRIDGE_DATABASE_URL(Use.LATER),
    BRIDGE_DATABASE_USER(Use.LATER),
    BRIDGE_DATABASE_PASSWORD(Use.LATER),

    BRIDGE_ADMIN_URL(Use.ELSEWHERE),
    BRIDGE_JAVA_OPTS(Use.ELSEWHERE),
    BRIDGE_REAL_SERVERS(Use.ELSEWHERE);

    /** Who reads a variable. */
    enum Use {
        /** This version of the server. */
        READ,
        /** A later version. */
        LATER,
        /** Not the server: the launcher, the operator's commands, the tests. */
        ELSEWHERE
    }

    /** What stands for a variable whose value is in a file. */
    static final String FILE_SUFFIX = "_FILE";

    private static final Set<Variable> SECRETS = Set.of(
            STEP_CA_PROVISIONER_PASSWORD,
            BRIDGE_TLS_PROVISIONER_PASSWORD,
            HAWKBIT_PASSWORD,
            THINGSBOARD_API_KEY,
            THINGSBOARD_PASSWORD,
            BRIDGE_DATABASE_PASSWORD,
            BRIDGE_OPERATOR_TOKEN,
            BRIDGE_VIEWER_TOKEN,
            BRIDGE_WEBHOOK_SECRET);

    private final Use use;

    Variable(Use use) {
        this.use = use;
    }

    Use use() {
        return use;
    }

    /** Whether its value must not be shown. */
    boolean isSecret() {
        return SECRETS.contains(this);
    }

    /** Whether a file may hold its value: not for what names the file all others may be in. */
    boolean hasFileVariant() {
        return this != BRIDGE_CONFIG && use != Use.ELSEWHERE;
    }

    static Optional<Variable> named(String name) {
        for (Variable variable : values()) {
            if (variable.name().equals(name)) {
                return Optional.of(variable);
            }
        }
        return Optional.empty();
    }

    /** The variable whose value is in the file that {@code name} gives the path of. */
    static Optional<Variable> withFileVariant(String name) {
        if (!name.endsWith(FILE_SUFFIX)) {
            return Optional.empty();
        }
        return named(name.substring(0, name.length() - FILE_SUFFIX.length())).filter(Variable::hasFileVariant);
    }
}
