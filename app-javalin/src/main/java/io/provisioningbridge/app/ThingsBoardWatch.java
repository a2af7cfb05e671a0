package io.provisioningbridge.app;

import io.provisioningbridge.adapter.thingsboard.ThingsBoardCheck.Finding;
import io.provisioningbridge.core.port.BackendException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Has ThingsBoard asked in the background, now and then, whether it is set up for the bridge. Safe for concurrent use. */
final class ThingsBoardWatch {

    private static final Duration PAUSE = Duration.ofSeconds(15);

    private final Supplier<Set<Finding>> check;
    private final String profile;
    private final Executor background;
    private final AtomicBoolean asking = new AtomicBoolean();
    private final LongSupplier nanos;
    private volatile long next;
    private volatile String problem = "";

    /**
     * @param check may throw {@link BackendException}
     * @param profile name of the device profile
     * @param nanos as {@link System#nanoTime}
     */
    ThingsBoardWatch(Supplier<Set<Finding>> check, String profile, Executor background, LongSupplier nanos) {
        this.check = check;
        this.profile = profile;
        this.background = background;
        this.nanos = nanos;
        this.next = nanos.getAsLong();
    }

    /** What was wrong at the last look, in words; when that is some seconds old another one begins. Answers at once. */
    Optional<String> problem() {
        if (nanos.getAsLong() - next >= 0 && asking.compareAndSet(false, true)) {
            try {
                background.execute(this::ask);
            } catch (RejectedExecutionException closed) {
                asking.set(false);
            }
        }
        return Optional.of(problem).filter(text -> !text.isEmpty());
    }

    private void ask() {
        try {
            Set<Finding> findings = check.get();
            String found = findings.stream().map(this::inWords).collect(Collectors.joining("; "));
            boolean mendable = findings.stream().anyMatch(finding -> finding != Finding.READABLE_ON_THE_WAY);
            problem = mendable ? found + " (./bridge thingsboard setup mends it)" : found;
        } catch (BackendException e) {
            problem = String.valueOf(e.getMessage());
        } finally {
            next = nanos.getAsLong() + PAUSE.toNanos();
            asking.set(false);
        }
    }

    private String inWords(Finding finding) {
        return switch (finding) {
            case READABLE_ON_THE_WAY -> "THINGSBOARD_URL is not https: its credentials can be read on the way";
            case PROFILE_MISSING ->
                "there is no device profile '" + profile
                        + "' (THINGSBOARD_DEVICE_PROFILE), so no device can be registered";
            case PROFILE_OF_ANOTHER_MODE ->
                "the device profile '" + profile + "' does not admit devices as THINGSBOARD_MODE says";
            case PROFILE_CREATES_DEVICES ->
                "the device profile '" + profile + "' lets devices register themselves, also those that were"
                        + " decommissioned; switch that off";
            case NO_WEBHOOK ->
                "the rule chain of the device profile '" + profile
                        + "' does not call the bridge when a device connects";
            case WEBHOOK_ELSEWHERE ->
                "the rule chain of the device profile '" + profile + "' calls something else than BRIDGE_PUBLIC_URL"
                        + " when a device connects";
            case WEBHOOK_SECRET_UNKNOWN ->
                "the rule chain of the device profile '" + profile + "' calls the bridge with a secret that is none of"
                        + " BRIDGE_WEBHOOK_SECRET";
            case WEBHOOK_NOT_REPEATED ->
                "the rule chain of the device profile '" + profile + "' calls the bridge once only, and a call that"
                        + " fails is lost; put it on the queue HighPriority";
        };
    }
}
