package io.provisioningbridge.core.domain;

/** Which life of a device id this is: 1 at first enrollment, one more each time an operator readmits it. */
public record Incarnation(int number) {

    public static final Incarnation FIRST = new Incarnation(1);

    public Incarnation {
        if (number < 1) {
            throw new IllegalArgumentException("incarnations count from 1, not " + number);
        }
    }
}
