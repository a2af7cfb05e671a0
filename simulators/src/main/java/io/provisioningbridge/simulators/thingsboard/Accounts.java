package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One tenant administrator, tokens and API keys. Safe for concurrent use. */
final class Accounts {

    static final String USER = "tenant@thingsboard.org";
    static final String PASSWORD = "tenant";

    private static final int BAD_CREDENTIALS = 10;
    private static final int TOKEN_EXPIRED = 11;
    private static final String BEARER = "Bearer ";
    private static final String API_KEY = "ApiKey ";

    private final String userId = UUID.randomUUID().toString();
    private final Map<String, Boolean> accessTokens = new HashMap<>();
    private final Set<String> refreshTokens = new HashSet<>();
    private final Set<String> apiKeys = new HashSet<>();
    private int logins;

    synchronized ObjectNode login(JsonNode body) {
        logins++;
        if (!USER.equals(body.path("username").asText())
                || !PASSWORD.equals(body.path("password").asText())) {
            throw ApiError.unauthorized("Invalid username or password", BAD_CREDENTIALS);
        }
        return newTokens();
    }

    /** The refresh token stays usable. */
    synchronized ObjectNode refresh(JsonNode body) {
        if (!refreshTokens.contains(body.path("refreshToken").asText())) {
            throw ApiError.unauthorized("Invalid username or password", BAD_CREDENTIALS);
        }
        return newTokens();
    }

    /** @param authorization the header; null when there is none */
    synchronized void check(@Nullable String authorization) {
        if (authorization == null) {
            throw ApiError.unauthorized("Authentication failed", BAD_CREDENTIALS);
        }
        if (authorization.startsWith(API_KEY) && apiKeys.contains(authorization.substring(API_KEY.length()))) {
            return;
        }
        String token = authorization.startsWith(BEARER) ? authorization.substring(BEARER.length()) : "";
        if (refreshTokens.contains(token)) {
            throw ApiError.internal("Cannot invoke \"java.lang.Boolean.booleanValue()\" because the value is null");
        }
        Boolean valid = accessTokens.get(token);
        if (valid == null) {
            throw ApiError.unauthorized("Invalid username or password", BAD_CREDENTIALS);
        }
        if (!valid) {
            throw ApiError.unauthorized("Token has expired", TOKEN_EXPIRED);
        }
    }

    synchronized ObjectNode user() {
        ObjectNode user = Json.object().put("email", USER).put("authority", "TENANT_ADMIN");
        user.set("id", Json.id("USER", userId));
        return user;
    }

    synchronized ObjectNode createApiKey(JsonNode body) {
        if (body.path("description").asText("").isEmpty()) {
            throw ApiError.badRequest("Validation error: description must not be blank");
        }
        return Json.object()
                .put("description", body.path("description").asText())
                .put("enabled", true)
                .put("expired", false)
                .put("value", newApiKey());
    }

    synchronized String newApiKey() {
        String key = "tb_" + (UUID.randomUUID() + "" + UUID.randomUUID() + UUID.randomUUID()).replace("-", "");
        apiKeys.add(key);
        return key;
    }

    synchronized void expireAccessTokens() {
        accessTokens.replaceAll((token, valid) -> false);
    }

    synchronized void forgetRefreshTokens() {
        refreshTokens.clear();
    }

    synchronized void revokeApiKeys() {
        apiKeys.clear();
    }

    synchronized int logins() {
        return logins;
    }

    private ObjectNode newTokens() {
        String access = "access." + UUID.randomUUID();
        String refresh = "refresh." + UUID.randomUUID();
        accessTokens.put(access, true);
        refreshTokens.add(refresh);
        return Json.object().put("token", access).put("refreshToken", refresh);
    }
}
