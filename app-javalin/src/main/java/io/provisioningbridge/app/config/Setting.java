package io.provisioningbridge.app.config;

/**
 * One variable as an operator is shown it.
 *
 * @param name the variable
 * @param value as it was given, {@code ***} for a secret, empty when there is none
 * @param source where the value came from, in words; {@link #DEFAULT} and {@link #UNSET} when nobody gave one
 */
public record Setting(String name, String value, String source) {

    public static final String DEFAULT = "default";
    public static final String UNSET = "not set";
}
