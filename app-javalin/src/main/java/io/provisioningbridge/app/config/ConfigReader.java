package io.provisioningbridge.app.config;

import static io.provisioningbridge.app.config.Variable.*;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.enrollment.Reenrollment;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Makes a {@link BridgeConfig} of what is set, section by section; goes on after a problem, so that all are found. */
final class ConfigReader {

    // What step-ca issues at least by default; clocks and renewals need some room.
    private static final Duration SHORTEST_LIFETIME = Duration.ofMinutes(5);
    private static final Duration SHORT_LIFETIME = Duration.ofDays(7);

    private enum TlsMode {
        AUTO,
        FILES,
        OFF
    }

    private final Findings findings = new Findings();
    private final Values values;

    ConfigReader(Map<String, String> environment) {
        this.values = new Values(Sources.gather(environment, findings), findings);
    }

    ConfigReading read() {
        values.optional(BRIDGE_CONFIG, SmallFile::parsePath);
        Optional<AuthorityConfig> authority = authority();
        Optional<Path> data = values.orDefault(BRIDGE_DATA_DIR, "./data", SmallFile::parsePath);
        Optional<TunnelConfig> tunnel = TunnelReader.read(values, data.orElse(Path.of("")));
        Optional<ListenerConfig> listener = listener();
        Optional<OperatorConfig> operators = OperatorReader.read(values, listener.map(ListenerConfig::listen));
        Optional<EnrollmentConfig> enrollment = enrollment();
        Optional<HawkbitConfig> hawkbit = BackendsReader.hawkbit(values);
        Optional<ThingsBoardConfig> thingsBoard = BackendsReader.thingsBoard(values);
        ServicesConfig services = BackendsReader.services(values);
        List<Secret> webhookSecrets = WebhookReader.read(values);
        LaterVariables.check(values);

        if (!findings.problems().isEmpty()) {
            return new ConfigReading.Rejected(findings.problems(), findings.warnings(), values.settings());
        }
        BridgeConfig config = new BridgeConfig(
                authority.orElseThrow(),
                tunnel.orElseThrow(),
                listener.orElseThrow(),
                operators.orElseThrow(),
                enrollment.orElseThrow(),
                hawkbit,
                thingsBoard,
                services,
                webhookSecrets,
                data.orElseThrow());
        return new ConfigReading.Accepted(config, findings.warnings(), values.settings());
    }

    private Optional<AuthorityConfig> authority() {
        Optional<String> embedded = values.optional(BRIDGE_CA, Choice.of("embedded"));
        if (embedded.isPresent()) {
            Stream.of(STEP_CA_URL, STEP_CA_FINGERPRINT, STEP_CA_PROVISIONER_NAME, STEP_CA_PROVISIONER_PASSWORD)
                    .filter(values::isSet)
                    .forEach(variable ->
                            values.problem(variable, "contradicts BRIDGE_CA=embedded; remove one of the two"));
            return Optional.of(new AuthorityConfig.Embedded());
        }
        boolean stepCaMeant =
                values.anySet(STEP_CA_FINGERPRINT, STEP_CA_PROVISIONER_NAME, STEP_CA_PROVISIONER_PASSWORD);
        if (!stepCaMeant && !values.anySet(STEP_CA_URL, BRIDGE_CA)) {
            values.problem(
                    STEP_CA_URL,
                    "required: the https URL of step-ca, or BRIDGE_CA=embedded for a CA inside the bridge");
            return Optional.empty();
        }
        return stepCaMeant || values.isSet(STEP_CA_URL) ? stepCa() : Optional.empty();
    }

    private Optional<AuthorityConfig> stepCa() {
        String why = " with STEP_CA_URL";
        Optional<URI> url = values.required(STEP_CA_URL, " with any other STEP_CA_ variable", BaseUrl::parseHttps);
        Optional<Fingerprint> anchor = values.required(STEP_CA_FINGERPRINT, why, Fingerprint::parse);
        Optional<Provisioner> provisioner = provisioner(STEP_CA_PROVISIONER_NAME, STEP_CA_PROVISIONER_PASSWORD, why);
        return url.isPresent() && anchor.isPresent() && provisioner.isPresent()
                ? Optional.of(new AuthorityConfig.StepCa(url.get(), anchor.get(), provisioner.get()))
                : Optional.empty();
    }

    private Optional<Provisioner> provisioner(Variable name, Variable password, String why) {
        Optional<String> theName = values.required(name, why, Parsed::valid);
        return values.requiredSecret(password, why)
                .flatMap(secret -> theName.map(text -> new Provisioner(text, secret)));
    }

    private Optional<ListenerConfig> listener() {
        Optional<HostPort> listen = values.orDefault(BRIDGE_LISTEN, "0.0.0.0:8443", HostPort::parseListener);
        Optional<TlsConfig> tls = tls();
        Optional<URI> url = values.optional(BRIDGE_PUBLIC_URL, BaseUrl::parse);
        tls.ifPresent(how -> judgePublicUrl(url, how));
        List<IpNetwork> proxies =
                values.optional(BRIDGE_TRUSTED_PROXIES, IpNetwork::parseList).orElse(List.of());
        if (proxies.stream().anyMatch(network -> network.prefixLength() == 0)) {
            values.warning(BRIDGE_TRUSTED_PROXIES, "trusts everybody, so that anybody can claim any address");
        }
        return listen.flatMap(where -> tls.map(how -> new ListenerConfig(where, url, how, proxies)));
    }

    private void judgePublicUrl(Optional<URI> url, TlsConfig tls) {
        boolean plain = url.isPresent() && url.get().getScheme().equals("http");
        if (plain && !(tls instanceof TlsConfig.Off)) {
            values.problem(BRIDGE_PUBLIC_URL, "begins with http:, but the bridge speaks https (BRIDGE_TLS)");
        } else if (plain) {
            values.warning(BRIDGE_PUBLIC_URL, "is not https: anybody on the way can read what devices are sent");
        } else if (!values.isSet(BRIDGE_PUBLIC_URL) && tls instanceof TlsConfig.Auto) {
            values.warning(
                    BRIDGE_PUBLIC_URL,
                    "not set, so the TLS certificate names this host's name, localhost, 127.0.0.1 and ::1 only;"
                            + " set it to the URL devices use");
        }
    }

    private Optional<TlsConfig> tls() {
        Optional<TlsMode> mode = values.orDefault(BRIDGE_TLS, "auto", ConfigReader::parseTlsMode);
        if (mode.isEmpty()) {
            return Optional.empty();
        }
        if (mode.get() != TlsMode.FILES) {
            refuse("only for BRIDGE_TLS=files", BRIDGE_TLS_CERT, BRIDGE_TLS_KEY);
        }
        if (mode.get() != TlsMode.AUTO) {
            refuse("only for BRIDGE_TLS=auto", BRIDGE_TLS_PROVISIONER_NAME, BRIDGE_TLS_PROVISIONER_PASSWORD);
        }
        return switch (mode.get()) {
            case AUTO -> tlsFromAuthority();
            case FILES -> tlsFromFiles();
            case OFF -> {
                values.warning(BRIDGE_TLS, "off: the bridge speaks plain HTTP; let nobody but a TLS proxy reach it");
                yield Optional.of(new TlsConfig.Off());
            }
        };
    }

    private Optional<TlsConfig> tlsFromAuthority() {
        if (!values.anySet(BRIDGE_TLS_PROVISIONER_NAME, BRIDGE_TLS_PROVISIONER_PASSWORD)) {
            return Optional.of(new TlsConfig.Auto(Optional.empty()));
        }
        if (values.peek(BRIDGE_CA, Choice.of("embedded")).isPresent()) {
            refuse(
                    "only for step-ca, and BRIDGE_CA is embedded",
                    BRIDGE_TLS_PROVISIONER_NAME,
                    BRIDGE_TLS_PROVISIONER_PASSWORD);
        }
        return provisioner(
                        BRIDGE_TLS_PROVISIONER_NAME,
                        BRIDGE_TLS_PROVISIONER_PASSWORD,
                        ": BRIDGE_TLS_PROVISIONER_NAME and _PASSWORD go together")
                .map(provisioner -> new TlsConfig.Auto(Optional.of(provisioner)));
    }

    private Optional<TlsConfig> tlsFromFiles() {
        String why = " with BRIDGE_TLS=files";
        Optional<Path> certificate = values.required(BRIDGE_TLS_CERT, why, SmallFile::parseReadable);
        Optional<Path> key = values.required(BRIDGE_TLS_KEY, why, SmallFile::parseReadable);
        return certificate.flatMap(pem -> key.map(secret -> new TlsConfig.Files(pem, secret)));
    }

    private Optional<EnrollmentConfig> enrollment() {
        values.orDefault(ENROLLMENT_POLICY, "open", ConfigReader::parsePolicies);
        Optional<Duration> lifetime = values.optional(BRIDGE_CERT_LIFETIME, ConfigReader::parseLifetime);
        if (lifetime.isPresent() && lifetime.get().compareTo(SHORT_LIFETIME) < 0) {
            values.warning(
                    BRIDGE_CERT_LIFETIME,
                    "under 7 days: a device that is off for a weekend may find its certificate expired");
        }
        Set<String> listed =
                values.optional(ENROLLMENT_RESERVED_IDS, ConfigReader::parseIds).orElse(Set.of());
        Optional<Reenrollment> rule = values.orDefault(REENROLLMENT, "proof", ConfigReader::parseReenrollment);
        if (rule.filter(Reenrollment.OPEN::equals).isPresent()) {
            values.warning(REENROLLMENT, "open: whoever knows a device's id can take its place; proof is safe");
        }
        return rule.map(known -> new EnrollmentConfig(reservedIds(listed), lifetime, known));
    }

    /** Every host name the configuration mentions: no device may be mistaken for one of them. */
    private Set<String> reservedIds(Set<String> listed) {
        Stream<String> ofUrls = Stream.of(
                        STEP_CA_URL, BRIDGE_PUBLIC_URL, HAWKBIT_URL, HAWKBIT_PUBLIC_URL, THINGSBOARD_URL)
                .flatMap(variable -> values.peek(variable, BaseUrl::parse).map(URI::getHost).stream());
        Stream<String> ofEndpoints = Stream.of(
                        WG_SERVER_ENDPOINT, MQTT_PUBLIC_ENDPOINT, BRIDGE_LISTEN, BRIDGE_ADMIN_LISTEN)
                .flatMap(variable -> values.peek(variable, HostPort::parseListener).map(HostPort::host).stream());
        Set<String> reserved = new TreeSet<>(Set.of("localhost"));
        reserved.addAll(listed);
        Stream.concat(ofUrls, ofEndpoints)
                .map(host -> host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", ""))
                // Neither kind of address is a device id.
                .filter(host -> !host.startsWith("[") && IpLiterals.parse(host).isEmpty())
                .forEach(reserved::add);
        return reserved;
    }

    private void refuse(String why, Variable... variables) {
        Stream.of(variables).filter(values::isSet).forEach(variable -> values.problem(variable, why));
    }

    private static Parsed<TlsMode> parseTlsMode(String text) {
        return Choice.of("auto", "files", "off")
                .apply(text)
                .fold(word -> Parsed.valid(TlsMode.valueOf(word.toUpperCase(Locale.ROOT))), Parsed::invalid);
    }

    private static Parsed<Reenrollment> parseReenrollment(String text) {
        return Choice.of("proof", "open", "never")
                .apply(text)
                .fold(word -> Parsed.valid(Reenrollment.valueOf(word.toUpperCase(Locale.ROOT))), Parsed::invalid);
    }

    private static Parsed<Duration> parseLifetime(String text) {
        return DurationText.parse(text)
                .fold(
                        lifetime -> lifetime.compareTo(SHORTEST_LIFETIME) < 0
                                ? Parsed.invalid("a certificate lives at least 5 minutes; use something such as 30d")
                                : Parsed.valid(lifetime),
                        Parsed::invalid);
    }

    private static Parsed<List<String>> parsePolicies(String text) {
        List<String> policies = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Choice.parse(part.strip(), List.of("open"), List.of("allowlist", "token", "approval"))
                    .fold(policies::add, problems::add);
        }
        return problems.isEmpty() ? Parsed.valid(policies) : Parsed.invalid(String.join("; ", problems));
    }

    private static Parsed<Set<String>> parseIds(String text) {
        Set<String> ids = new TreeSet<>();
        List<String> problems = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String id = part.strip();
            DeviceId.parse(id)
                    .fold(valid -> ids.add(valid.key()), problem -> problems.add(Quoted.of(id) + ": " + problem));
        }
        return problems.isEmpty() ? Parsed.valid(ids) : Parsed.invalid(String.join("; ", problems));
    }
}
