package io.provisioningbridge.app.http;

import io.provisioningbridge.core.domain.Secret;
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

    private final HashedSecret operator;
    private final HashedSecret viewer;

    public OperatorTokens(Secret operator, Secret viewer) {
        this.operator = new HashedSecret(operator);
        this.viewer = new HashedSecret(viewer);
    }

    /**
     * Takes as long for a wrong token as for a right one.
     *
     * @param authorization value of the {@code Authorization} header
     */
    Optional<Role> roleOf(String authorization) {
        var bearer = BEARER.matcher(authorization);
        String presented = bearer.matches() ? bearer.group(1) : "";
        boolean isOperator = operator.is(presented);
        boolean isViewer = viewer.is(presented);
        if (isOperator) {
            return Optional.of(Role.OPERATOR);
        }
        return isViewer ? Optional.of(Role.VIEWER) : Optional.empty();
    }
}
