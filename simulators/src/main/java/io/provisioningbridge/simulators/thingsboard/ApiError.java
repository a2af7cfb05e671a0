package io.provisioningbridge.simulators.thingsboard;

/** A request that is refused, in the shape its controller refuses in. */
final class ApiError extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What the plain-text controller has instead of an error code. */
    static final int PLAIN_TEXT = -1;

    final int status;
    final int errorCode;

    private ApiError(int status, int errorCode, String message) {
        super(message, null, false, false);
        this.status = status;
        this.errorCode = errorCode;
    }

    static ApiError badRequest(String message) {
        return new ApiError(400, 31, message);
    }

    static ApiError unauthorized(String message, int errorCode) {
        return new ApiError(401, errorCode, message);
    }

    static ApiError notFound(String message) {
        return new ApiError(404, 32, message);
    }

    static ApiError conflict(String message) {
        return new ApiError(409, 35, message);
    }

    static ApiError tooManyRequests() {
        return new ApiError(429, 33, "Too many requests for current tenant!");
    }

    static ApiError internal(String message) {
        return new ApiError(500, 2, message);
    }

    /** As the attribute controller answers. */
    static ApiError plain(int status, String message) {
        return new ApiError(status, PLAIN_TEXT, message);
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
