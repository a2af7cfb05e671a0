package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the small UTF-8 files a configuration names, and says in an operator's words why one cannot be read. */
final class SmallFile {

    private static final int LARGEST = 64 * 1024;

    private SmallFile() {}

    /** A path as text; whether there is something is not asked. */
    static Parsed<Path> parsePath(String text) {
        if (text.contains("\n")) {
            // BRIDGE_TLS_KEY_FILE=/tls/key.pem is easily written for BRIDGE_TLS_KEY=/tls/key.pem.
            return Parsed.invalid("is to be the path of a file, not what is in it");
        }
        try {
            return Parsed.valid(Path.of(text));
        } catch (InvalidPathException e) {
            return Parsed.invalid(Quoted.of(text) + " is not a path");
        }
    }

    /** The path of a file that can be read now. */
    static Parsed<Path> parseReadable(String text) {
        return read(text).fold(content -> parsePath(text), Parsed::invalid);
    }

    /** The whole content of the file at {@code path}. */
    static Parsed<String> read(String path) {
        return parsePath(path).fold(SmallFile::content, Parsed::invalid);
    }

    private static Parsed<String> content(Path file) {
        String name = Quoted.of(file.toString());
        if (Files.isDirectory(file)) {
            return Parsed.invalid(name + " is a directory, not a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                return Parsed.invalid(name + " is larger than 64 KiB");
            }
            return Parsed.valid(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (NoSuchFileException e) {
            return Parsed.invalid("there is no file " + name);
        } catch (AccessDeniedException e) {
            return Parsed.invalid(name + " may not be read by the user the bridge runs as");
        } catch (CharacterCodingException e) {
            return Parsed.invalid(name + " is not UTF-8 text");
        } catch (IOException e) {
            return Parsed.invalid(name + " cannot be read: " + e.getMessage());
        }
    }
}
