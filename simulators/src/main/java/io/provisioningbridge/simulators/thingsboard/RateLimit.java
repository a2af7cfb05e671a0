package io.provisioningbridge.simulators.thingsboard;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A tenant profile's limit, such as {@code 10:1,30:60}: in each second at most 10, and in each minute 30. Safe for concurrent use. */
final class RateLimit {

    private final List<Window> windows = new ArrayList<>();
    private int refused;

    /** The moments of those that were served within it. */
    private record Window(int most, long nanos, Deque<Long> served) {

        boolean isFull(long now) {
            while (!served.isEmpty() && now - served.peekFirst() >= nanos) {
                served.removeFirst();
            }
            return served.size() >= most;
        }
    }

    /** @param text as ThingsBoard writes it; empty for no limit */
    RateLimit(String text) {
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String[] numbers = part.split(":", 2);
            windows.add(new Window(
                    Integer.parseInt(numbers[0]),
                    TimeUnit.SECONDS.toNanos(Integer.parseInt(numbers[1])),
                    new ArrayDeque<>()));
        }
    }

    synchronized boolean admits() {
        long now = System.nanoTime();
        if (windows.stream().anyMatch(window -> window.isFull(now))) {
            refused++;
            return false;
        }
        windows.forEach(window -> window.served().addLast(now));
        return true;
    }

    synchronized int refused() {
        return refused;
    }
}
