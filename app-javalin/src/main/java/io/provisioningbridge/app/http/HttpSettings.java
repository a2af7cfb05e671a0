package io.provisioningbridge.app.http;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * Where and how the device listener listens.
 *
 * @param host an address or host name of this machine; {@code 0.0.0.0} is all of IPv4
 * @param port 0 picks a free one
 * @param trustedProxies whose word about a client's address counts
 * @param limits what a client may ask of us
 */
public record HttpSettings(String host, int port, TrustedProxies trustedProxies, Limits limits) {

    public HttpSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
        }
    }

    /** No trusted proxies, the usual limits. */
    public static HttpSettings of(String host, int port) {
        return new HttpSettings(host, port, TrustedProxies.NONE, Limits.DEFAULT);
    }

    /** The same with these proxies. */
    public HttpSettings withTrustedProxies(TrustedProxies proxies) {
        return new HttpSettings(host, port, proxies, limits);
    }

    /** The same with these limits. */
    public HttpSettings withLimits(Limits others) {
        return new HttpSettings(host, port, trustedProxies, others);
    }

    /**
     * What a client may ask of us.
     *
     * @param concurrentCalls how many requests may wait for a backend at once; one more gets 503
     * @param idle how long a connection may be silent, also in the middle of a request
     * @param body how long a body may take altogether
     * @param stop how long requests under way may take when the server stops
     */
    public record Limits(int concurrentCalls, Duration idle, Duration body, Duration stop) {

        public static final Limits DEFAULT =
                new Limits(256, Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(20));

        public Limits {
            if (concurrentCalls < 1
                    || Stream.of(idle, body, stop).anyMatch(limit -> limit.isZero() || limit.isNegative())) {
                throw new IllegalArgumentException("limits are positive");
            }
        }
    }
}
