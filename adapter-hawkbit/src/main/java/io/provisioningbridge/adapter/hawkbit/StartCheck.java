package io.provisioningbridge.adapter.hawkbit;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.hawkbit.Answer.Meaning;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Trust;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks at the start and now and then whether hawkBit lets the bridge in, and whether its tenant is set up as decommissioning
 * and target tokens need it. Safe for concurrent use.
 */
final class StartCheck {

    private static final Logger LOG = LoggerFactory.getLogger(StartCheck.class);
    private static final long PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int FORBIDDEN = 403;
    private static final String CONFIGURATION = "/rest/v1/system/configs";

    private final HawkbitSettings settings;
    private final HawkbitClient client;
    private final Executor background;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicLong next = new AtomicLong(System.nanoTime());
    private final Set<String> logged = new HashSet<>();
    private volatile List<String> warnings = List.of();

    StartCheck(HawkbitSettings settings, HawkbitClient client, Executor background) {
        this.settings = settings;
        this.client = client;
        this.background = background;
    }

    List<String> warnings() {
        return warnings;
    }

    /** Begins to ask unless it just did; returns at once. */
    void begin() {
        if (System.nanoTime() - next.get() < 0 || !running.compareAndSet(false, true)) {
            return;
        }
        try {
            background.execute(this::ask);
        } catch (RejectedExecutionException closed) {
            running.set(false);
        }
    }

    private void ask() {
        try {
            warnings = List.copyOf(judged());
            warnings.stream().filter(logged::add).forEach(LOG::warn);
        } catch (BackendUnavailableException e) {
            LOG.debug("hawkBit: {}", e.getMessage());
        } finally {
            next.set(System.nanoTime() + PAUSE_NANOS);
            running.set(false);
        }
    }

    private List<String> judged() {
        List<String> found = new ArrayList<>();
        if (Trust.isReadableOnTheWay(settings.url())) {
            found.add("hawkBit at " + settings.url()
                    + " is talked to without TLS: password and target tokens can be read" + " on the way");
        }
        client.check(
                HawkbitUpdateServer.TARGETS + "?limit=1",
                HawkbitUpdateServer::isPage,
                Deadline.in(settings.requestTimeout()));
        Answer tenant = client.peek(CONFIGURATION, Deadline.in(settings.requestTimeout()));
        if (tenant.meaning() == Meaning.DONE) {
            tenant.json().ifPresent(configuration -> judge(configuration, found));
        } else if (tenant.status() == FORBIDDEN) {
            found.add("hawkBit does not show its tenant's configuration to user '" + settings.user()
                    + "' (permission TENANT_CONFIGURATION): whether it would bring deleted devices back, or let devices in"
                    + " with their target tokens, is not known");
        }
        return found;
    }

    private void judge(JsonNode configuration, List<String> found) {
        List<String> reviving = new ArrayList<>();
        if (isOn(configuration, "authentication.gatewaytoken.enabled")) {
            reviving.add("gateway token");
        }
        if (isOn(configuration, "authentication.header.enabled")) {
            reviving.add("certificate header of a proxy");
        }
        if (!reviving.isEmpty()) {
            found.add("hawkBit's tenant lets devices in by " + String.join(" and ", reviving)
                    + ": it then makes a target for every device that asks, also for one that was decommissioned");
        }
        if (settings.tokensHandedOut() && !isOn(configuration, "authentication.targettoken.enabled")) {
            found.add("devices are given target tokens, and hawkBit's tenant does not let them in with these"
                    + " (authentication.targettoken.enabled)");
        }
    }

    /** 0.3.0M7 and 1.1.0: {@code {"key":{"value":true,"global":true}}}. */
    private static boolean isOn(JsonNode configuration, String key) {
        return configuration.path(key).path("value").asBoolean(false);
    }
}
