package io.provisioningbridge.adapter.stepca;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What time it is at the authority, as the {@code Date} of its answers shows. Tokens are dated by it, because the authority
 * judges them by its own clock: it refuses one issued before it started, without any leeway, and one issued more than 60 s
 * ahead (observed: step-ca v0.30.2). So neither a wrong clock here nor a restart there costs a certificate.
 *
 * <p>Before the first answer it is our own time. Safe for concurrent use.
 */
final class CaClock implements InstantSource {

    private static final Logger LOG = LoggerFactory.getLogger(CaClock.class);
    private static final Duration NOTEWORTHY = Duration.ofSeconds(30);

    private final InstantSource ours;
    private final AtomicBoolean noted = new AtomicBoolean();
    private volatile Duration ahead = Duration.ZERO;
    // Many answers come within one second.
    private volatile Read lastRead = new Read("", Instant.EPOCH);

    private record Read(String date, Instant time) {}

    CaClock(InstantSource ours) {
        this.ours = ours;
    }

    @Override
    public Instant instant() {
        return ours.instant().plus(ahead);
    }

    /** How far the authority's clock is ahead of ours, to about a second. */
    Duration ahead() {
        return ahead;
    }

    /** Reads the time from an answer that arrived just now. */
    void observe(HttpHeaders headers) {
        headers.firstValue("Date").ifPresent(this::observe);
    }

    private Instant read(String date) {
        Read last = lastRead;
        if (!last.date().equals(date)) {
            last = new Read(date, DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
            lastRead = last;
        }
        return last.time();
    }

    private void observe(String date) {
        Instant theirs;
        try {
            theirs = read(date);
        } catch (DateTimeException notADate) {
            return;
        }
        // The header leaves fractions of a second out. Their upper bound, so that a token is never dated too early.
        ahead = Duration.between(ours.instant(), theirs.plusSeconds(1));
        if (ahead.abs().compareTo(NOTEWORTHY) > 0 && noted.compareAndSet(false, true)) {
            LOG.warn("step-ca's clock and ours differ by about {} s; set both by NTP", ahead.toSeconds());
        }
    }
}
