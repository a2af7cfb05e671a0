package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;

/**
 * What is known of a request before anything of it is decoded.
 *
 * @param id the client's {@code X-Request-Id} where that is harmless, else a new one
 * @param client who sent it
 */
record RequestInfo(String id, InetAddress client) {

    static final String ID_HEADER = "X-Request-Id";

    private static final String ATTRIBUTE = RequestInfo.class.getName();
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final SecureRandom RANDOM = new SecureRandom();

    static RequestInfo of(Request request, InetAddress client) {
        return new RequestInfo(idOf(request), client);
    }

    /** The id for a request that has none yet. */
    static String idOf(Request request) {
        List<String> sent = request.getHeaders().getValuesList(ID_HEADER);
        return sent.size() == 1 && HARMLESS.matcher(sent.get(0)).matches() ? sent.get(0) : newId();
    }

    /** Puts it where {@link #of(Context)} finds it. */
    void attachTo(Request request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** What was attached to the request of a route. */
    static RequestInfo of(Context ctx) {
        return Objects.requireNonNull(ctx.attribute(ATTRIBUTE), "every request passes RequestScope");
    }

    /** The client's address as text. */
    String clientText() {
        return client.getHostAddress();
    }

    private static String newId() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
