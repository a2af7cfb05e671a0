package io.provisioningbridge.app.http;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what Jetty refuses by itself, before any route is asked: the same problem documents as everywhere. */
final class ProblemErrorHandler implements Request.Handler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemErrorHandler.class);

    // What Jetty calls the path of a request it could not read.
    private static final String UNREADABLE = "/badMessage";

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        ProblemType type = typeOf(response.getStatus());
        if (response.getHeaders().get(RequestInfo.ID_HEADER) == null) {
            response.getHeaders().put(RequestInfo.ID_HEADER, RequestInfo.idOf(request));
        }
        String id = response.getHeaders().get(RequestInfo.ID_HEADER);
        Object failure = request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
        if (type == ProblemType.INTERNAL_ERROR) {
            LOG.error("request {} failed", id, failure);
        } else {
            LOG.debug("request {} is {}: {}", id, type, String.valueOf(failure));
        }
        response.setStatus(type.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        byte[] document = Problem.of(type, detailOf(type)).json(pathOf(request));
        response.write(true, ByteBuffer.wrap(document), callback);
        return true;
    }

    private static String pathOf(Request request) {
        String path = Optional.ofNullable(request.getHttpURI().getPath()).orElse("");
        return path.equals(UNREADABLE) ? "" : path;
    }

    private static ProblemType typeOf(int status) {
        for (ProblemType type : ProblemType.values()) {
            // The constants of HTTP itself come first, so the first one of a status is the general one.
            if (type.status() == status) {
                return type;
            }
        }
        return status < 500 ? ProblemType.BAD_REQUEST : ProblemType.INTERNAL_ERROR;
    }

    private static String detailOf(ProblemType type) {
        return switch (type.status()) {
            case 404 -> "Ask for a path that the contract names.";
            case 408 -> "Send the request without a pause.";
            case 413 -> "Send at most " + BodyFirst.MAX_BYTES / 1024 + " KiB.";
            case 414, 431 -> "Send a shorter request line and fewer or shorter header fields.";
            case 500, 503 -> "Send the request again later; the operator finds the cause under the request id.";
            default -> "Send a request as RFC 9110 and RFC 9112 describe it, its path in normal form.";
        };
    }
}
