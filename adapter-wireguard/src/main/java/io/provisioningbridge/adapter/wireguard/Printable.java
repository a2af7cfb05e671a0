package io.provisioningbridge.adapter.wireguard;

/** Foreign text made safe to show: on one line, without control characters, and not endless. */
final class Printable {

    private static final int SHOWN = 80;

    private Printable() {}

    /** In quotes, with everything but printable ASCII as {@code \\uXXXX}, cut after 80 characters. */
    static String quote(String text) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                shown.append('\\').append(c);
            } else if (c >= ' ' && c <= '~') {
                shown.append(c);
            } else {
                shown.append(String.format("\\u%04x", (int) c));
            }
        }
        return shown.append(text.length() > SHOWN ? "…\"" : "\"").toString();
    }
}
