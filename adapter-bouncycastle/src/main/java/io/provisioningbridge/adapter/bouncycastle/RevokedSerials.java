package io.provisioningbridge.adapter.bouncycastle;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serial numbers taken back, one a line with the time, appended and synced. A line counts once it has its line end; what a
 * crash left behind the last one is written over. Safe for concurrent use.
 */
final class RevokedSerials {

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{1,40}) \\S+");

    private final Path file;
    private final Set<BigInteger> serials;
    private long length;

    private RevokedSerials(Path file, Set<BigInteger> serials, long length) {
        this.file = file;
        this.serials = serials;
        this.length = length;
    }

    /** Reads the file; none is an empty one. @throws IllegalArgumentException naming the line that makes no sense */
    static RevokedSerials open(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new RevokedSerials(file, new HashSet<>(), 0);
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        int length = text.lastIndexOf('\n') + 1;
        Set<BigInteger> serials = new HashSet<>();
        int number = 0;
        for (String line : text.substring(0, length).lines().toList()) {
            number++;
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("line " + number + " is not a serial number and a time");
            }
            serials.add(new BigInteger(matcher.group(1), 16));
        }
        return new RevokedSerials(file, serials, length);
    }

    /** Durable when it returns. False when it was there before. */
    synchronized boolean add(BigInteger serial, Instant at) throws IOException {
        if (serials.contains(serial)) {
            return false;
        }
        if (!Files.exists(file)) {
            PrivateFiles.create(file, PrivateFiles.OWNER_ONLY);
            PrivateFiles.syncDirectory(file);
        }
        byte[] line = (serial.toString(16) + " " + at + "\n").getBytes(StandardCharsets.US_ASCII);
        // Not a channel: an interrupt would close it between write and sync.
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(length);
            out.seek(length);
            out.write(line);
            out.getFD().sync();
        }
        length += line.length;
        serials.add(serial);
        return true;
    }

    synchronized Set<BigInteger> all() {
        return Set.copyOf(serials);
    }
}
