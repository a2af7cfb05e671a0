package io.provisioningbridge.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How a load was answered.
 *
 * @param perSecond answers in a second
 * @param medianMillis half of the answers took at most this
 * @param p99Millis 99 of 100 answers took at most this
 */
record Measured(double perSecond, double medianMillis, double p99Millis) {

    /** Of each figure by itself. */
    static Measured median(List<Measured> rounds) {
        return new Measured(
                median(rounds, Measured::perSecond),
                median(rounds, Measured::medianMillis),
                median(rounds, Measured::p99Millis));
    }

    static <T> double median(List<T> rounds, ToDoubleFunction<T> figure) {
        return rounds.stream()
                .mapToDouble(figure)
                .sorted()
                .skip(rounds.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /** Two columns of a table. */
    @Override
    public String toString() {
        return String.format("%.0f/s | %.1f / %.1f ms", perSecond, medianMillis, p99Millis);
    }
}
