package io.provisioningbridge.adapter.jdbc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A pipe for lines of words, where a word may be any text. Not safe for concurrent use. */
final class Words {

    private final BufferedReader in;
    private final PrintStream out;

    Words(InputStream in, OutputStream out) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
        this.out = new PrintStream(out, true, StandardCharsets.US_ASCII);
    }

    void send(List<String> words) {
        out.println(words.stream()
                .map(word -> Base64.getEncoder().encodeToString(word.getBytes(StandardCharsets.UTF_8)))
                .collect(Collectors.joining(" ")));
    }

    /** Waits for the next line; empty at the end of the pipe. */
    Optional<List<String>> receive() throws IOException {
        return Optional.ofNullable(in.readLine())
                .map(line -> Arrays.stream(line.split(" ", -1))
                        .map(word -> new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8))
                        .toList());
    }
}
