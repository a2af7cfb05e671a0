package io.provisioningbridge.app.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.util.JavalinException;
import io.provisioningbridge.app.http.HttpSettings.Limits;
import io.provisioningbridge.app.tls.ServerTls;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener, for devices or for operators. Starts with {@link #start}, stops with {@link #close}: no new connections, requests under way are
 * finished within {@link Limits#stop()}.
 *
 * <p>No thread waits for a client: bodies are read before a route runs. Threads that wait for a backend are bounded by
 * {@link Limits#concurrentCalls()} (and a number of webhook calls), and there are always more threads than that, so that health is answered whatever hangs.
 */
public final class HttpServer implements AutoCloseable {

    /** Threads beyond those that may wait for a backend: acceptors, selectors, and routes that never wait. */
    private static final int SPARE_THREADS = 48;

    /** Webhook calls that may wait for the store at once; each server of the platform makes ten at a time. */
    static final int WEBHOOK_CALLS = 128;

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final String HEALTH = "/health/";
    private static final Duration TLS_RETRY_AFTER = Duration.ofSeconds(5);

    private final Javalin javalin;
    private final QueuedThreadPool threads;
    private final int port;

    private HttpServer(Javalin javalin, QueuedThreadPool threads) {
        this.javalin = javalin;
        this.threads = threads;
        this.port = javalin.port();
    }

    /**
     * Opens the listener for devices and returns when it accepts connections.
     *
     * @throws io.javalin.util.JavalinBindException when the address is in use or not ours
     */
    public static HttpServer start(HttpSettings settings, ServerTls tls, DeviceApi api) {
        return start(
                settings,
                tls,
                (routes, bulkhead) -> DeviceRoutes.register(routes, api, bulkhead, new Bulkhead(WEBHOOK_CALLS)));
    }

    /**
     * Opens the listener for operators, likewise. It may share the {@code tls} of another server, which must then be started
     * before it and closed after it.
     */
    public static HttpServer start(HttpSettings settings, ServerTls tls, OperatorApi api) {
        return start(settings, tls, (routes, bulkhead) -> OperatorRoutes.register(routes, api, bulkhead));
    }

    private static HttpServer start(HttpSettings settings, ServerTls tls, BiConsumer<RoutesConfig, Bulkhead> register) {
        QueuedThreadPool threads = threads(settings.limits());
        Javalin javalin = Javalin.create(config -> {
            quiet(config);
            config.jetty.threadPool = threads;
            config.jetty.modifyServer(server -> assemble(server, settings));
            config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(new ProblemErrorHandler()));
            config.jetty.addConnector((server, http) -> connector(server, http, settings, tls));
            ProblemAnswers.register(config.routes);
            config.routes.before(ctx -> requireTls(ctx, tls));
            register.accept(config.routes, new Bulkhead(settings.limits().concurrentCalls()));
        });
        return new HttpServer(javalin.start(), threads);
    }

    /** The port it listens on, or did before it was closed. */
    public int port() {
        return port;
    }

    /** Method and path of every route, such as {@code GET /health/live}. */
    Set<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(handler -> handler.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Stops gracefully; blocks as long as requests under way need, within the limit. Repeating it is harmless. */
    @Override
    public void close() {
        try {
            javalin.stop();
        } catch (JavalinException e) {
            LOG.warn("requests under way were cut off: {}", String.valueOf(e.getCause()));
        }
        // Jetty interrupts the threads of its own pool only.
        if (threads.getVirtualThreadsExecutor() instanceof ExecutorService virtual) {
            virtual.shutdownNow();
        }
    }

    /** Left to itself, Javalin answers a HEAD request with 200 and never asks the route. */
    static void get(RoutesConfig routes, String path, Handler handler) {
        routes.get(path, handler);
        routes.head(path, handler);
    }

    private static void requireTls(Context ctx, ServerTls tls) {
        if (!tls.trustworthy() && !ctx.path().startsWith(HEALTH)) {
            throw new ProblemException(Problem.of(
                            ProblemType.TLS_PENDING,
                            "The bridge waits for its own certificate and answers devices as soon as it has one.")
                    .retryAfter(TLS_RETRY_AFTER));
        }
    }

    private static void quiet(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.generateEtags = false;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.router.javaLangErrorHandler(ProblemAnswers::sendAfter);
    }

    private static QueuedThreadPool threads(Limits limits) {
        QueuedThreadPool pool = new QueuedThreadPool(limits.concurrentCalls() + WEBHOOK_CALLS + SPARE_THREADS);
        pool.setName("http");
        if (VirtualThreads.areSupported()) {
            pool.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("http-virtual-"));
        }
        return pool;
    }

    private static void assemble(Server server, HttpSettings settings) {
        server.setStopTimeout(settings.limits().stop().toMillis());
        server.setErrorHandler(new ProblemErrorHandler());
        server.setHandler(new BodyFirst(
                new RequestScope(settings.trustedProxies()), settings.limits().body()));
    }

    private static Connector connector(Server server, HttpConfiguration http, HttpSettings settings, ServerTls tls) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setSendDateHeader(true);
        http.setUriCompliance(UriCompliance.DEFAULT);
        ServerConnector connector = tls.contextFactory()
                .map(context -> secure(server, http, context))
                .orElseGet(() -> new ServerConnector(server, 1, -1, new HttpConnectionFactory(http)));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.limits().idle().toMillis());
        return connector;
    }

    private static ServerConnector secure(Server server, HttpConfiguration http, SslContextFactory.Server context) {
        SecureRequestCustomizer customizer = new SecureRequestCustomizer();
        // Devices come by address, too; which name they used is theirs to check against our certificate.
        customizer.setSniHostCheck(false);
        customizer.setSniRequired(false);
        http.addCustomizer(customizer);
        return new ServerConnector(
                server, 1, -1, AbstractConnectionFactory.getFactories(context, new HttpConnectionFactory(http)));
    }
}
