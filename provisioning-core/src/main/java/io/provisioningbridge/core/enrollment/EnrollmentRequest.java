package io.provisioningbridge.core.enrollment;

import java.util.Optional;

/**
 * What a device sent, nothing of it judged. Immutable; made by {@link #of} and the {@code with} methods.
 *
 * <p>Its texts are as long as the edge lets them be: bound the size of a request before making one.
 */
public final class EnrollmentRequest {

    private final String deviceId;
    private final String csrPem;
    private final Optional<String> peerKey;
    private final String deviceName;
    private final String deviceType;
    private final String cause;

    private EnrollmentRequest(
            String deviceId,
            String csrPem,
            Optional<String> peerKey,
            String deviceName,
            String deviceType,
            String cause) {
        this.deviceId = deviceId;
        this.csrPem = csrPem;
        this.peerKey = peerKey;
        this.deviceName = deviceName;
        this.deviceType = deviceType;
        this.cause = cause;
    }

    /**
     * The two things every request has.
     *
     * @param deviceId as it stands in the path
     * @param csrPem a PKCS#10 request in PEM
     */
    public static EnrollmentRequest of(String deviceId, String csrPem) {
        return new EnrollmentRequest(deviceId, csrPem, Optional.empty(), "", "", "");
    }

    /** The device's own WireGuard public key; without one the bridge makes the pair. */
    public EnrollmentRequest withPeerKey(String base64) {
        return new EnrollmentRequest(deviceId, csrPem, Optional.of(base64), deviceName, deviceType, cause);
    }

    /** What the device says about itself; longer texts than a label may be are cut. */
    public EnrollmentRequest withLabels(String name, String type) {
        return new EnrollmentRequest(deviceId, csrPem, peerKey, name, type, cause);
    }

    /** What the audit trail names as the cause: a request id. */
    public EnrollmentRequest causedBy(String requestId) {
        return new EnrollmentRequest(deviceId, csrPem, peerKey, deviceName, deviceType, requestId);
    }

    public String deviceId() {
        return deviceId;
    }

    public String csrPem() {
        return csrPem;
    }

    public Optional<String> peerKey() {
        return peerKey;
    }

    public String deviceName() {
        return deviceName;
    }

    public String deviceType() {
        return deviceType;
    }

    public String cause() {
        return cause;
    }
}
