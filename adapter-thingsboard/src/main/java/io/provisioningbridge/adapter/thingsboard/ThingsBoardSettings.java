package io.provisioningbridge.adapter.thingsboard;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Where ThingsBoard is and how to talk to it. Immutable.
 *
 * @param url {@code http} or {@code https}, perhaps with a path, which is kept
 * @param login what the bridge proves itself with
 * @param mode how the device profile admits devices
 * @param profile name of the device profile that the bridge's devices have
 * @param trusted authorities the server's certificate may come from; none means those of the Java platform
 * @param connectTimeout longest time for one TCP connect and TLS handshake
 * @param deadline longest time of one operation with all its requests; more than {@code connectTimeout}
 */
public record ThingsBoardSettings(
        URI url,
        ThingsBoardLogin login,
        ThingsBoardMode mode,
        String profile,
        List<X509Certificate> trusted,
        Duration connectTimeout,
        Duration deadline) {

    /** ThingsBoard collects attribute writes for 50 ms; five requests of a busy one fit easily. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(20);

    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

    public ThingsBoardSettings {
        trusted = List.copyOf(trusted);
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("https") || scheme.equals("http"))
                || url.getHost() == null
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "ThingsBoard's URL is http(s)://host[:port][/path] without user, query or fragment");
        }
        if (profile.isBlank()) {
            throw new IllegalArgumentException("the device profile has a name");
        }
        if (connectTimeout.isNegative() || connectTimeout.isZero() || deadline.compareTo(connectTimeout) <= 0) {
            throw new IllegalArgumentException("0 < connect time-out < deadline");
        }
    }

    /** The Java platform's authorities, default time-outs. */
    public static ThingsBoardSettings of(URI url, ThingsBoardLogin login, ThingsBoardMode mode, String profile) {
        return new ThingsBoardSettings(url, login, mode, profile, List.of(), DEFAULT_CONNECT_TIMEOUT, DEFAULT_DEADLINE);
    }

    /** Trusting these authorities, and no others. */
    public ThingsBoardSettings withTrusted(List<X509Certificate> authorities) {
        return new ThingsBoardSettings(url, login, mode, profile, authorities, connectTimeout, deadline);
    }

    /** With other time-outs. */
    public ThingsBoardSettings withTimeouts(Duration connect, Duration whole) {
        return new ThingsBoardSettings(url, login, mode, profile, trusted, connect, whole);
    }
}
