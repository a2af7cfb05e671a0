package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Has the whole body of a request before any handler sees it, so that slow clients cost connections and never threads.
 *
 * <p>Jetty's own {@code EagerContentHandler} does not do: it takes the idle time-out of a connection for a pause, and waits
 * for ever (observed: Jetty 12.1.14).
 */
final class BodyFirst extends Handler.Wrapper {

    /** Largest body in bytes. */
    static final int MAX_BYTES = 64 * 1024;

    /** Of a larger body, so many bytes are thrown away before it is refused; an even larger one is cut off. */
    private static final long MAX_DISCARDED_BYTES = 1024 * 1024;

    private static final String ATTRIBUTE = BodyFirst.class.getName();
    private static final String TOO_LARGE = ATTRIBUTE + ".tooLarge";
    private static final byte[] NONE = {};

    private final Duration deadline;

    /** @param deadline how long a body may take altogether */
    BodyFirst(Handler next, Duration deadline) {
        super(next);
        this.deadline = deadline;
    }

    /** The body of a request that came through here; empty when it has none. */
    static byte[] of(Context ctx) {
        byte[] body = ctx.attribute(ATTRIBUTE);
        return body == null ? NONE : body;
    }

    /** Whether there was a body that is larger than what is kept; only of a route that judges that by itself. */
    static boolean wasTooLarge(Context ctx) {
        return ctx.attribute(TOO_LARGE) != null;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getLength() == 0 || !announcesBody(request)) {
            return super.handle(request, response, callback);
        }
        if (request.getLength() > MAX_DISCARDED_BYTES || (request.getLength() > MAX_BYTES && asksFirst(request))) {
            Response.writeError(request, response, callback, ProblemType.BODY_TOO_LARGE.status());
            return true;
        }
        CompletableFuture<byte[]> body = new CompletableFuture<>();
        new BodyReader(request, MAX_BYTES, MAX_DISCARDED_BYTES, body).run();
        if (body.isDone() && !body.isCompletedExceptionally()) {
            request.setAttribute(ATTRIBUTE, body.join());
            return super.handle(request, response, callback);
        }
        body.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<byte[]> unused = body.whenCompleteAsync(
                (bytes, failure) -> proceed(request, response, callback, bytes, failure),
                request.getComponents().getExecutor());
        return true;
    }

    private void proceed(
            Request request,
            Response response,
            Callback callback,
            byte @Nullable [] bytes,
            @Nullable Throwable failure) {
        if (failure == null) {
            request.setAttribute(ATTRIBUTE, bytes);
        } else if (statusOf(failure) == ProblemType.BODY_TOO_LARGE.status() && judgesSize(request)) {
            request.setAttribute(TOO_LARGE, true);
        } else {
            Response.writeError(request, response, callback, statusOf(failure));
            return;
        }
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, ProblemType.NOT_FOUND.status());
            }
        } catch (Exception | Error e) {
            // Nobody above us would: this is a future's thread.
            Response.writeError(request, response, callback, e);
        }
    }

    private static boolean announcesBody(Request request) {
        return request.getHeaders().contains(HttpHeader.CONTENT_LENGTH)
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    /** To the platform a refusal is a reason to send the same again. */
    private static boolean judgesSize(Request request) {
        return Request.getPathInContext(request).equals(WebhookRoute.PATH);
    }

    private static boolean asksFirst(Request request) {
        return request.getHeaders().contains(HttpHeader.EXPECT);
    }

    private static int statusOf(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return ProblemType.REQUEST_TIMEOUT.status();
        }
        if (failure instanceof HttpException bad) {
            return bad.getCode();
        }
        // What is left is a body that ended before its time.
        return ProblemType.BAD_REQUEST.status();
    }
}
