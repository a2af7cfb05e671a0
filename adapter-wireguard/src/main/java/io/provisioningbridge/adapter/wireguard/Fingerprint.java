package io.provisioningbridge.adapter.wireguard;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a file is recognized by.
 *
 * @param sha256 of its content, 64 lower hex digits
 * @param size in bytes
 * @param modified when it was last written to
 * @param key names the file itself, whatever its path: device and inode
 */
record Fingerprint(String sha256, long size, FileTime modified, String key) {

    /** Of a file whose attributes were read before its content: whoever writes to it meanwhile gives it other ones. */
    static Fingerprint of(PosixFileAttributes attributes, String sha256) {
        return new Fingerprint(
                sha256, attributes.size(), attributes.lastModifiedTime(), String.valueOf(attributes.fileKey()));
    }

    /** Whether these are the attributes of that very file, untouched since; its content is not read again. */
    boolean describes(PosixFileAttributes attributes) {
        return attributes.isRegularFile() && of(attributes, sha256).equals(this);
    }

    /** The hash of a file's content. */
    static String hashOf(Path file) throws IOException {
        MessageDigest digest = digest();
        try (InputStream in = new DigestInputStream(DurableFiles.read(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The hash of what would be written. */
    static String hashOf(DurableFiles.Content content) throws IOException {
        MessageDigest digest = digest();
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            content.writeTo(out);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }
}
