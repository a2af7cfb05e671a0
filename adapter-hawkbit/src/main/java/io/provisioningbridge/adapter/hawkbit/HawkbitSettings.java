package io.provisioningbridge.adapter.hawkbit;

import io.provisioningbridge.core.domain.Secret;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/**
 * Where hawkBit is and how to talk to it. Immutable.
 *
 * @param url {@code https}, or {@code http} on a network that is trusted; a path such as {@code /hawkbit} is kept
 * @param user of the Management API; needs CREATE_TARGET, READ_TARGET, UPDATE_TARGET, DELETE_TARGET,
 *     READ_TARGET_SECURITY_TOKEN, and TENANT_CONFIGURATION for the warnings to be complete
 * @param password of the user
 * @param tokensHandedOut whether devices are told the token of their target, and so must be let in with it
 * @param trusted authorities the server's certificate may come from; none means those of the Java platform
 * @param readsPerSecond at most, on average
 * @param writesPerSecond at most, on average; a batch counts as one
 * @param batch how many targets one request makes
 * @param connectTimeout longest time for one TCP connect and TLS handshake
 * @param requestTimeout longest time of one exchange; more than {@code connectTimeout}
 * @param deadline longest time of one operation with all its exchanges; more than {@code requestTimeout}
 */
public record HawkbitSettings(
        URI url,
        String user,
        Secret password,
        boolean tokensHandedOut,
        List<X509Certificate> trusted,
        int readsPerSecond,
        int writesPerSecond,
        int batch,
        Duration connectTimeout,
        Duration requestTimeout,
        Duration deadline) {

    /** hawkBit takes 200 of one client in a second, and with a small burst this stays below. */
    public static final int DEFAULT_READS_PER_SECOND = 160;

    /** hawkBit takes 50 of one client in a second, and with a small burst this stays below. */
    public static final int DEFAULT_WRITES_PER_SECOND = 40;

    /** Larger ones are hardly faster (observed: 1,000 in 0.85 s, 100 in 0.07 s), and lost as a whole. */
    public static final int DEFAULT_BATCH = 100;

    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(15);
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(60);

    public HawkbitSettings {
        trusted = List.copyOf(trusted);
        String scheme = String.valueOf(url.getScheme());
        if (!(scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http"))
                || url.getHost() == null
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "hawkBit's URL is http[s]://host[:port][/path] without user, query or fragment");
        }
        // RFC 7617: the colon separates it from the password.
        if (user.isEmpty() || user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("hawkBit's user is a name without ':'");
        }
        if (readsPerSecond < 1 || writesPerSecond < 1 || batch < 1) {
            throw new IllegalArgumentException("at least one read, one write and one target");
        }
        if (connectTimeout.isNegative()
                || connectTimeout.isZero()
                || requestTimeout.compareTo(connectTimeout) <= 0
                || deadline.compareTo(requestTimeout) <= 0) {
            throw new IllegalArgumentException("0 < connect time-out < request time-out < deadline");
        }
    }

    /** The Java platform's authorities, default rates and time-outs, tokens kept. */
    public static HawkbitSettings of(URI url, String user, Secret password) {
        return new HawkbitSettings(
                url,
                user,
                password,
                false,
                List.of(),
                DEFAULT_READS_PER_SECOND,
                DEFAULT_WRITES_PER_SECOND,
                DEFAULT_BATCH,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_REQUEST_TIMEOUT,
                DEFAULT_DEADLINE);
    }

    /** With {@link #tokensHandedOut}. */
    public HawkbitSettings withTokensHandedOut() {
        return new HawkbitSettings(
                url,
                user,
                password,
                true,
                trusted,
                readsPerSecond,
                writesPerSecond,
                batch,
                connectTimeout,
                requestTimeout,
                deadline);
    }

    /** Trusting these authorities, and no others. */
    public HawkbitSettings withTrusted(List<X509Certificate> authorities) {
        return new HawkbitSettings(
                url,
                user,
                password,
                tokensHandedOut,
                authorities,
                readsPerSecond,
                writesPerSecond,
                batch,
                connectTimeout,
                requestTimeout,
                deadline);
    }

    /** With other rates. */
    public HawkbitSettings withRates(int reads, int writes) {
        return new HawkbitSettings(
                url,
                user,
                password,
                tokensHandedOut,
                trusted,
                reads,
                writes,
                batch,
                connectTimeout,
                requestTimeout,
                deadline);
    }

    /** With batches of another size. */
    public HawkbitSettings withBatch(int targets) {
        return new HawkbitSettings(
                url,
                user,
                password,
                tokensHandedOut,
                trusted,
                readsPerSecond,
                writesPerSecond,
                targets,
                connectTimeout,
                requestTimeout,
                deadline);
    }

    /** With other time-outs. */
    public HawkbitSettings withTimeouts(Duration connect, Duration request, Duration whole) {
        return new HawkbitSettings(
                url,
                user,
                password,
                tokensHandedOut,
                trusted,
                readsPerSecond,
                writesPerSecond,
                batch,
                connect,
                request,
                whole);
    }
}
