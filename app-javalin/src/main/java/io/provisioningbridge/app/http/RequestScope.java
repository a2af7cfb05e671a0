package io.provisioningbridge.app.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.MDC;

/**
 * Gives each request its name and its client, in the answer and in every log line written meanwhile, and sends away paths
 * that are not what a router expects.
 */
final class RequestScope extends Handler.Wrapper {

    /** MDC key of the request id. */
    static final String MDC_REQUEST = "request";

    /** MDC key of the device id. */
    static final String MDC_DEVICE = "device";

    // Jetty lets any text pass behind a semicolon, and Javalin's decoder fails on half an escape.
    private static final Pattern PATH = Pattern.compile("(?:[^%;]|%[0-9A-Fa-f]{2})*+");

    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x21-\\x7e]");
    private static final int LOGGED_ID_LENGTH = 80;

    private final TrustedProxies proxies;

    RequestScope(TrustedProxies proxies) {
        this.proxies = proxies;
    }

    /** Names the device in every log line of this request; an id nobody has judged yet must not be able to write lines. */
    static void concerns(String deviceId) {
        String printable = UNPRINTABLE.matcher(deviceId).replaceAll("?");
        MDC.put(
                MDC_DEVICE,
                printable.length() <= LOGGED_ID_LENGTH ? printable : printable.substring(0, LOGGED_ID_LENGTH) + "...");
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        RequestInfo info = RequestInfo.of(request, clientOf(request));
        info.attachTo(request);
        response.getHeaders().put(RequestInfo.ID_HEADER, info.id());
        // Answers hold private keys at times, and the state of the moment always.
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        if (!PATH.matcher(request.getHttpURI().getPath()).matches()) {
            Response.writeError(request, response, callback, ProblemType.BAD_REQUEST.status());
            return true;
        }
        MDC.put(MDC_REQUEST, info.id());
        try {
            return super.handle(request, response, callback);
        } finally {
            MDC.remove(MDC_REQUEST);
            MDC.remove(MDC_DEVICE);
        }
    }

    private InetAddress clientOf(Request request) {
        SocketAddress remote = request.getConnectionMetaData().getRemoteSocketAddress();
        InetAddress peer = remote instanceof InetSocketAddress inet && !inet.isUnresolved()
                ? inet.getAddress()
                : InetAddress.getLoopbackAddress();
        return proxies.clientOf(
                peer,
                request.getHeaders().getValuesList(HttpHeader.FORWARDED),
                request.getHeaders().getValuesList(HttpHeader.X_FORWARDED_FOR));
    }
}
