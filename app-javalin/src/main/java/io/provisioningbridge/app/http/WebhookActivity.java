package io.provisioningbridge.app.http;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has come in at the webhook since the process began, for operators: how many calls, and of which devices that nobody
 * here knows. Safe for concurrent use.
 */
public final class WebhookActivity {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookActivity.class);

    /** Known devices do not count, so that a platform's restart pushes nothing out. */
    private static final int KEPT = 100;

    private static final int LONGEST_TEXT = 255;

    private final InstantSource clock;
    private final Instant since;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unreadable = new LongAdder();
    private final LongAdder unknownCalls = new LongAdder();
    private final WebhookAlarm alarm;
    private final LinePerMinute unknownLines;
    private final Deque<UnknownDevice> unknown = new ArrayDeque<>();

    public WebhookActivity(InstantSource clock) {
        this.clock = clock;
        this.since = clock.instant();
        this.alarm = new WebhookAlarm(clock);
        this.unknownLines = new LinePerMinute(clock);
    }

    /**
     * A call about a device that nobody here knows.
     *
     * @param event what happened to it, in the platform's words
     */
    record UnknownDevice(String deviceId, String event, Instant at) {}

    /** A call brought a secret that is accepted. */
    void accepted() {
        accepted.increment();
    }

    /**
     * A call brought none, or another one.
     *
     * @param source address of the caller
     */
    void refused(String source) {
        refused.increment();
        alarm.refused(source);
    }

    /** An accepted call was not what the platform's rule chains send. */
    void unreadable() {
        unreadable.increment();
    }

    /** An accepted call was about a device that nobody here knows. */
    void unknown(String deviceId, String event) {
        UnknownDevice call = new UnknownDevice(shortened(deviceId), shortened(event), clock.instant());
        synchronized (unknown) {
            unknown.addFirst(call);
            if (unknown.size() > KEPT) {
                unknown.removeLast();
            }
        }
        unknownCalls.increment();
        unknownLines.happened(count -> LOG.info(
                "webhook calls about devices that nobody here knows: {} since the last such line, the latest {} of {}",
                count,
                call.event(),
                call.deviceId()));
    }

    /** When counting began. */
    Instant since() {
        return since;
    }

    long acceptedCalls() {
        return accepted.sum();
    }

    long refusedCalls() {
        return refused.sum();
    }

    long unreadableCalls() {
        return unreadable.sum();
    }

    long unknownCalls() {
        return unknownCalls.sum();
    }

    /** What an operator has to look at, for readiness: whether calls were refused in the last minutes. */
    public Optional<String> problem() {
        return alarm.problem();
    }

    /** The last ones, newest first. */
    List<UnknownDevice> unknownDevices() {
        synchronized (unknown) {
            return new ArrayList<>(unknown);
        }
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
    }
}
