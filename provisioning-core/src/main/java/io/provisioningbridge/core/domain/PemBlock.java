package io.provisioningbridge.core.domain;

import java.util.Base64;
import java.util.Optional;

/**
 * One block of PEM within a text, which may hold anything before and after it: a label of {@code A-Z}, {@code 0-9} and
 * spaces, the same at both ends, and between them nothing but base64 and white space, also on one line. Looked for by hand:
 * a regular expression for it took as much time as verifying a signature.
 *
 * @param base64 as it stands there, with its white space; perhaps not valid
 * @param end the place after the block
 */
record PemBlock(String label, String base64, int end) {

    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    /** The first one that begins at {@code from} or later. Takes time in proportion to the text. */
    static Optional<PemBlock> next(String text, int from) {
        // What stops the search within a block is a dash, and no dash is passed: each character is looked at twice at
        // most.
        for (int begin = text.indexOf(BEGIN, from); begin >= 0; begin = text.indexOf(BEGIN, begin + 1)) {
            Optional<PemBlock> block = at(text, begin);
            if (block.isPresent()) {
                return block;
            }
        }
        return Optional.empty();
    }

    private static Optional<PemBlock> at(String text, int begin) {
        int label = begin + BEGIN.length();
        int labelEnd = label;
        while (labelEnd < text.length() && isOfLabel(text.charAt(labelEnd))) {
            labelEnd++;
        }
        int body = labelEnd + DASHES.length();
        if (labelEnd == label || !text.startsWith(DASHES, labelEnd)) {
            return Optional.empty();
        }
        int bodyEnd = body;
        while (bodyEnd < text.length() && isOfBody(text.charAt(bodyEnd))) {
            bodyEnd++;
        }
        String name = text.substring(label, labelEnd);
        String last = "-----END " + name + DASHES;
        return text.startsWith(last, bodyEnd)
                ? Optional.of(new PemBlock(name, text.substring(body, bodyEnd), bodyEnd + last.length()))
                : Optional.empty();
    }

    private static boolean isOfLabel(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ';
    }

    private static boolean isOfBody(char c) {
        return (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || c == '+'
                || c == '/'
                || c == '='
                || c == ' '
                || (c >= '\t' && c <= '\r');
    }

    /** @throws IllegalArgumentException if it is not valid */
    byte[] der() {
        return Base64.getMimeDecoder().decode(base64);
    }
}
