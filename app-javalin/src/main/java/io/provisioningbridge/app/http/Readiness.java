package io.provisioningbridge.app.http;

import io.provisioningbridge.app.http.HealthCheck.Weight;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the bridge can serve. The host calls {@link #runDue} about once a second; a request only reads what was found
 * last, so that no check, however slow, delays an answer. Safe for concurrent use.
 */
public final class Readiness {

    /** How long a finding is good for. */
    static final Duration INTERVAL = Duration.ofSeconds(3);

    /** A finding as old as this means that a check hangs. */
    static final Duration STALE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    /** What one check found. */
    record Finding(String name, Weight weight, Optional<String> problem) {

        boolean failing() {
            return problem.isPresent();
        }
    }

    private record Snapshot(Instant at, List<Finding> findings) {}

    private final List<HealthCheck> checks;
    private final InstantSource clock;
    private final ReentrantLock running = new ReentrantLock();
    private volatile Snapshot last = new Snapshot(Instant.MIN, List.of());

    public Readiness(List<HealthCheck> checks, InstantSource clock) {
        this.checks = List.copyOf(checks);
        this.clock = clock;
    }

    /** Runs all checks, unless that was done a few seconds ago or is being done. */
    public void runDue() {
        if (!running.tryLock()) {
            return;
        }
        try {
            Instant now = clock.instant();
            if (now.isBefore(last.at()) || !now.isBefore(plus(last.at(), INTERVAL))) {
                List<Finding> findings = new ArrayList<>();
                checks.forEach(check -> findings.add(find(check)));
                logChanges(last.findings(), findings);
                last = new Snapshot(now, List.copyOf(findings));
            }
        } finally {
            running.unlock();
        }
    }

    /** What was found last; when that is long ago or never was, a finding of its own says so. Never blocks. */
    List<Finding> findings() {
        Snapshot snapshot = last;
        if (clock.instant().isBefore(plus(snapshot.at(), STALE))) {
            return snapshot.findings();
        }
        List<Finding> findings = new ArrayList<>(snapshot.findings());
        findings.add(new Finding(
                "checks",
                Weight.REQUIRED,
                Optional.of(
                        snapshot.at().equals(Instant.MIN)
                                ? "nothing was checked yet"
                                : "the last check began more than " + STALE.toSeconds() + " s ago")));
        return findings;
    }

    private static Instant plus(Instant instant, Duration duration) {
        return instant.equals(Instant.MIN) ? instant : instant.plus(duration);
    }

    private static void logChanges(List<Finding> before, List<Finding> after) {
        for (Finding finding : after) {
            if (finding.failing() && !before.contains(finding)) {
                LOG.warn("not well: {}: {}", finding.name(), finding.problem().get());
            } else if (!finding.failing()
                    && before.stream().anyMatch(f -> f.name().equals(finding.name()) && f.failing())) {
                LOG.info("well again: {}", finding.name());
            }
        }
    }

    private static Finding find(HealthCheck check) {
        try {
            return new Finding(check.name(), check.weight(), check.problem().get());
        } catch (RuntimeException e) {
            LOG.error("the health check {} failed", check.name(), e);
            return new Finding(check.name(), check.weight(), Optional.of("the check itself failed"));
        }
    }
}
