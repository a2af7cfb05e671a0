package io.provisioningbridge.app.config;

/**
 * One thing an operator should know about the configuration. Never holds a secret's value.
 *
 * @param name the variable it is about
 * @param text what is wrong and what would be right
 */
public record Finding(String name, String text) {

    @Override
    public String toString() {
        return name + ": " + text;
    }
}
