package io.provisioningbridge.app.http;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who may use the operator API, known by bearer tokens (RFC 6750). Keeps their hashes only. Immutable. */
public final class OperatorTokens {

    /** What a caller may do. */
    enum Role {
        /** Look. */
        VIEWER,
        /** Look and change. */
        OPERATOR
    }

    private static final int SHORTEST = 16;
    private static final int LONGEST = 512;
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9._~+/-]+=*");
    private static final Pattern BEARER = Pattern.compile("(?i:bearer) +(\\S+) *");

    private final byte[] operator;
    private final byte[] viewer;

    public OperatorTokens(Secret operator, Secret viewer) {
        this.operator = hash(operator.reveal());
        this.viewer = hash(viewer.reveal());
    }

    /** A token as a header can carry it, too long to be guessed. The problem does not repeat it. */
    public static Parsed<Secret> parse(String text) {
        if (text.length() < SHORTEST || text.length() > LONGEST) {
            return Parsed.invalid("must have 16 to 512 characters; `openssl rand -hex 32` makes a good one");
        }
        return SHAPE.matcher(text).matches()
                ? Parsed.valid(new Secret(text))
                : Parsed.invalid("may hold only letters, digits and - . _ ~ + / (and = at its end)");
    }

    /**
     * Takes as long for a wrong token as for a right one.
     *
     * @param authorization value of the {@code Authorization} header
     */
    Optional<Role> roleOf(String authorization) {
        var bearer = BEARER.matcher(authorization);
        byte[] presented = hash(bearer.matches() ? bearer.group(1) : "");
        boolean isOperator = MessageDigest.isEqual(operator, presented);
        boolean isViewer = MessageDigest.isEqual(viewer, presented);
        if (isOperator) {
            return Optional.of(Role.OPERATOR);
        }
        return isViewer ? Optional.of(Role.VIEWER) : Optional.empty();
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
