package io.provisioningbridge.app.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Turns whatever ends a request early into a problem document; nothing else writes one for a route. */
final class ProblemAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAnswers.class);

    private ProblemAnswers() {}

    static void register(RoutesConfig routes) {
        routes.exception(ProblemException.class, (e, ctx) -> {
            LOG.info(
                    "refused {}: device {}, client {}",
                    e.problem().type().code(),
                    Objects.requireNonNullElse(MDC.get(RequestScope.MDC_DEVICE), "-"),
                    RequestInfo.of(ctx).clientText());
            send(ctx, e.problem());
        });
        routes.exception(HttpResponseException.class, (e, ctx) -> send(ctx, ofJavalin(e, ctx)));
        routes.exception(Exception.class, (e, ctx) -> {
            LOG.error("request {} failed", RequestInfo.of(ctx).id(), e);
            send(ctx, internalError());
        });
    }

    static void send(Context ctx, Problem problem) {
        problem.retryAfterSeconds().ifPresent(seconds -> ctx.header("Retry-After", seconds));
        ctx.status(problem.status())
                .contentType(Problem.MEDIA_TYPE)
                .result(problem.json(ctx.req().getRequestURI()));
    }

    /** Answers when a {@link Error} ended the request; Javalin hands over the bare response only. */
    static void sendAfter(HttpServletResponse response, Error error) {
        LOG.error("request {} failed", response.getHeader(RequestInfo.ID_HEADER), error);
        try {
            response.setStatus(ProblemType.INTERNAL_ERROR.status());
            response.setContentType(Problem.MEDIA_TYPE);
            response.getOutputStream().write(internalError().json(""));
        } catch (IOException clientGone) {
            LOG.debug("nobody was there for the answer", clientGone);
        }
    }

    private static Problem internalError() {
        return Problem.of(
                ProblemType.INTERNAL_ERROR,
                "Send the request again later; the operator finds the cause under the request id.");
    }

    private static Problem ofJavalin(HttpResponseException e, Context ctx) {
        return switch (e.getStatus()) {
            case 404 -> Problem.of(ProblemType.NOT_FOUND, "Ask for a path that the contract names.");
            case 405 -> {
                String allowed = String.join(", ", e.getDetails().values());
                ctx.header("Allow", allowed);
                yield Problem.of(ProblemType.METHOD_NOT_ALLOWED, "Use one of: " + allowed + ".");
            }
            default -> {
                LOG.error("request {} ended as {}", RequestInfo.of(ctx).id(), e.getStatus(), e);
                yield internalError();
            }
        };
    }
}
