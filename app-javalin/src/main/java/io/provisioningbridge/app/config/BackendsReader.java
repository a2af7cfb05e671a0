package io.provisioningbridge.app.config;

import static io.provisioningbridge.app.config.Variable.*;

import io.provisioningbridge.adapter.thingsboard.ThingsBoardLogin;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Makes the sections of a {@link BridgeConfig} about the update server and the device platform, and what devices are told. */
final class BackendsReader {

    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern API_KEY = Pattern.compile("[!-~]{1,1024}");
    private static final Pattern TOLD = Pattern.compile("[A-Za-z0-9._:/@%+=,~\\[\\]-]+");
    private static final int LONGEST_NAME = 255;
    private static final String WAITS = "not set; what is to be done there waits until the bridge is given credentials";

    private BackendsReader() {}

    /** Empty where there is none, and where it is wrong. */
    static Optional<HawkbitConfig> hawkbit(Values values) {
        Optional<URI> url = url(
                values,
                HAWKBIT_URL,
                HAWKBIT_USER,
                HAWKBIT_PASSWORD,
                HAWKBIT_CA,
                HAWKBIT_PUBLIC_URL,
                HAWKBIT_TENANT,
                HAWKBIT_POLLING_INTERVAL,
                HAWKBIT_TARGET_TOKENS);
        Optional<Login> login = login(values, HAWKBIT_USER, BackendsReader::parseUser, HAWKBIT_PASSWORD);
        List<X509Certificate> trusted = trusted(values, HAWKBIT_CA, url);
        Optional<String> tokens = values.orDefault(HAWKBIT_TARGET_TOKENS, "off", Choice.of("on", "off"));
        Optional<Duration> polling = values.orDefault(HAWKBIT_POLLING_INTERVAL, "5m", DurationText::parse);
        if (values.isSet(HAWKBIT_URL) && !values.anySet(HAWKBIT_USER, HAWKBIT_PASSWORD)) {
            values.warning(HAWKBIT_USER, WAITS);
        }
        return url.flatMap(where -> tokens.flatMap(word ->
                polling.map(interval -> new HawkbitConfig(where, login, word.equals("on"), interval, trusted))));
    }

    /** Empty where there is none, and where it is wrong. */
    static Optional<ThingsBoardConfig> thingsBoard(Values values) {
        Optional<URI> url = url(
                values,
                THINGSBOARD_URL,
                THINGSBOARD_API_KEY,
                THINGSBOARD_USER,
                THINGSBOARD_PASSWORD,
                THINGSBOARD_CA,
                THINGSBOARD_MODE,
                THINGSBOARD_DEVICE_PROFILE);
        if (url.isPresent()
                && values.peek(BRIDGE_PUBLIC_URL, BaseUrl::parse)
                        .filter(bridge -> bridge.toString().contains("$"))
                        .isPresent()) {
            // It would be taken for a pattern to be filled in.
            values.problem(BRIDGE_PUBLIC_URL, "has a '$', and so cannot be called by ThingsBoard; write %24");
        }
        Optional<ThingsBoardLogin> login = thingsBoardLogin(values);
        List<X509Certificate> trusted = trusted(values, THINGSBOARD_CA, url);
        Optional<ThingsBoardMode> mode = values.orDefault(THINGSBOARD_MODE, "managed", BackendsReader::parseMode);
        Optional<String> profile =
                values.orDefault(THINGSBOARD_DEVICE_PROFILE, "provisioning-bridge", BackendsReader::parseName);
        return url.flatMap(where ->
                mode.flatMap(how -> profile.map(name -> new ThingsBoardConfig(where, login, how, name, trusted))));
    }

    /** Never empty-handed: what is wrong is left out. */
    static ServicesConfig services(Values values) {
        Optional<HostPort> mqtt = values.optional(MQTT_PUBLIC_ENDPOINT, HostPort::parse);
        Optional<URI> url = values.optional(HAWKBIT_PUBLIC_URL, BackendsReader::parseTold);
        Optional<String> tenant = values.orDefault(HAWKBIT_TENANT, "DEFAULT", BackendsReader::parseTenant);
        boolean tokens =
                values.peek(HAWKBIT_TARGET_TOKENS, Choice.of("on", "off")).equals(Optional.of("on"));
        if (tokens && !values.isSet(HAWKBIT_PUBLIC_URL)) {
            values.warning(
                    HAWKBIT_PUBLIC_URL, "not set, so devices are given target tokens and not told for which URL");
        }
        if (tokens && url.map(URI::getScheme).filter("http"::equals).isPresent()) {
            values.warning(HAWKBIT_PUBLIC_URL, "is not https: anybody on the way can read the target tokens");
        }
        boolean told = tokens || url.isPresent();
        return new ServicesConfig(mqtt, tenant.filter(any -> told).map(name -> new ServicesConfig.Hawkbit(url, name)));
    }

    /** The URL; required as soon as one of the others is set. */
    private static Optional<URI> url(Values values, Variable url, Variable... others) {
        if (!values.anySet(others)) {
            return values.optional(url, BaseUrl::parse);
        }
        String prefix = url.name().replaceFirst("URL$", "");
        return values.required(url, " with any other " + prefix + " variable", BaseUrl::parse);
    }

    private static Optional<ThingsBoardLogin> thingsBoardLogin(Values values) {
        Optional<ThingsBoardLogin> key = values.optional(THINGSBOARD_API_KEY, BackendsReader::parseApiKey)
                .map(ThingsBoardLogin.ApiKey::new);
        Optional<Login> login = login(values, THINGSBOARD_USER, BackendsReader::parseName, THINGSBOARD_PASSWORD);
        boolean both = values.isSet(THINGSBOARD_API_KEY) && values.anySet(THINGSBOARD_USER, THINGSBOARD_PASSWORD);
        if (both) {
            values.problem(
                    THINGSBOARD_API_KEY,
                    "contradicts THINGSBOARD_USER and THINGSBOARD_PASSWORD; remove one of the two");
        }
        if (values.isSet(THINGSBOARD_URL)
                && !values.anySet(THINGSBOARD_API_KEY, THINGSBOARD_USER, THINGSBOARD_PASSWORD)) {
            values.warning(THINGSBOARD_API_KEY, WAITS);
        }
        return key.or(() -> login.map(known -> new ThingsBoardLogin.Password(known.user(), known.password())));
    }

    private static Optional<Login> login(
            Values values, Variable user, Function<String, Parsed<String>> parser, Variable password) {
        if (!values.anySet(user, password)) {
            return Optional.empty();
        }
        String why = ": " + user + " and " + password + " go together";
        Optional<String> name = values.required(user, why, parser);
        return values.requiredSecret(password, why).flatMap(secret -> name.map(known -> new Login(known, secret)));
    }

    private static List<X509Certificate> trusted(Values values, Variable authorities, Optional<URI> url) {
        if (values.isSet(authorities) && url.filter(BackendsReader::isPlain).isPresent()) {
            values.problem(authorities, "only for an https URL");
            return List.of();
        }
        return values.optional(authorities, text -> parseAuthorities(text, authorities + Variable.FILE_SUFFIX))
                .orElse(List.of());
    }

    private static boolean isPlain(URI url) {
        return url.getScheme().equals("http");
    }

    private static Parsed<List<X509Certificate>> parseAuthorities(String text, String fileVariant) {
        return Pem.parseCertificates(text)
                .fold(
                        found -> found.isEmpty()
                                ? Parsed.invalid(
                                        "holds no PEM certificate; the path of a file goes into " + fileVariant)
                                : Parsed.valid(found),
                        Parsed::invalid);
    }

    /** A URL that {@code enroll.sh} writes into a file the shell reads, and so takes only with harmless characters. */
    private static Parsed<URI> parseTold(String text) {
        return BaseUrl.parse(text)
                .fold(
                        url -> TOLD.matcher(url.toString()).matches()
                                ? Parsed.valid(url)
                                : Parsed.invalid(
                                        Quoted.of(text) + " has characters that devices refuse; write %XX for them"),
                        Parsed::invalid);
    }

    /** RFC 7617: a colon separates it from the password. */
    private static Parsed<String> parseUser(String text) {
        return text.contains(":") ? Parsed.invalid(Quoted.of(text) + " holds a colon") : parseName(text);
    }

    private static Parsed<String> parseName(String text) {
        return text.length() > LONGEST_NAME || text.chars().anyMatch(Character::isISOControl)
                ? Parsed.invalid(Quoted.of(text) + " is not a name: one line of at most 255 characters")
                : Parsed.valid(text);
    }

    private static Parsed<String> parseTenant(String text) {
        return TENANT.matcher(text).matches()
                ? Parsed.valid(text)
                : Parsed.invalid(Quoted.of(text) + " is not a tenant's name: letters, digits and . _ - only");
    }

    /** The problem does not repeat it. */
    private static Parsed<Secret> parseApiKey(String text) {
        return API_KEY.matcher(text).matches()
                ? Parsed.valid(new Secret(text))
                : Parsed.invalid("is not an API key: it has white space or other characters no header can carry");
    }

    private static Parsed<ThingsBoardMode> parseMode(String text) {
        return Choice.of("managed", "chain")
                .apply(text)
                .fold(word -> Parsed.valid(ThingsBoardMode.valueOf(word.toUpperCase(Locale.ROOT))), Parsed::invalid);
    }
}
