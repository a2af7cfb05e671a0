package io.provisioningbridge.app.http;

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

    private static final Pattern BEARER = Pattern.compile("(?i:bearer) +(\\S+) *");

    private final byte[] operator;
    private final byte[] viewer;

    public OperatorTokens(Secret operator, Secret viewer) {
        this.operator = hash(operator.reveal());
        this.viewer = hash(viewer.reveal());
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
