package io.provisioningbridge.core.domain;

import java.math.BigInteger;
import java.util.Base64;
import java.util.Set;

/**
 * A WireGuard public key in the form {@code wg} prints it: canonical base64 of 32 bytes. Points of low order (with them a
 * session key is known to everybody; WireGuard itself accepts the all-zero key) and encodings other than the canonical one
 * (they would be a second name of the same key) are refused.
 */
public record PeerKey(String base64) {

    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    // The u-coordinates of the points of order 1, 2, 4 and 8 on Curve25519 and its twist (RFC 7748 section 6.1).
    private static final Set<BigInteger> LOW_ORDER = Set.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            P.subtract(BigInteger.ONE),
            new BigInteger("325606250916557431795983626356110631294008115727848805560023387167927233504"),
            new BigInteger("39382357235489614581723060781553021112529911719440698176882885853963445705823"));

    public PeerKey {
        String problem = problemOf(base64);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(problem);
        }
    }

    public static Parsed<PeerKey> parse(String text) {
        String problem = problemOf(text);
        return problem.isEmpty() ? Parsed.valid(new PeerKey(text)) : Parsed.invalid(problem);
    }

    /** The key of 32 raw bytes, little-endian as in RFC 7748. @throws IllegalArgumentException if they are not a key */
    public static PeerKey of(byte[] raw) {
        return new PeerKey(Base64.getEncoder().encodeToString(raw));
    }

    /** 32 bytes, a copy. */
    public byte[] raw() {
        return Base64.getDecoder().decode(base64);
    }

    private static String problemOf(String text) {
        byte[] raw = decode(text);
        if (raw.length != 32) {
            return "The WireGuard public key must be the base64 form of 32 bytes, 44 characters as `wg pubkey` prints them.";
        }
        BigInteger u = littleEndian(raw);
        if (u.compareTo(P) >= 0) {
            return "The WireGuard public key is not a canonical X25519 public key; make one with `wg genkey | wg pubkey`.";
        }
        if (LOW_ORDER.contains(u)) {
            return "The WireGuard public key is a point of low order, which protects nothing; make a key with `wg genkey | wg pubkey`.";
        }
        return "";
    }

    private static byte[] decode(String text) {
        if (text.length() != 44) {
            return new byte[0];
        }
        try {
            byte[] raw = Base64.getDecoder().decode(text);
            // The decoder lets non-zero trailing bits pass; only the canonical text names a key.
            return Base64.getEncoder().encodeToString(raw).equals(text) ? raw : new byte[0];
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    private static BigInteger littleEndian(byte[] raw) {
        byte[] reversed = new byte[raw.length];
        for (int i = 0; i < raw.length; i++) {
            reversed[i] = raw[raw.length - 1 - i];
        }
        return new BigInteger(1, reversed);
    }

    @Override
    public String toString() {
        return base64;
    }
}
