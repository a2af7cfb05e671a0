package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.port.SignedRequestReader;
import java.util.Optional;

/**
 * What a device sent, nothing of it judged. Immutable; made by {@link #of} and the {@code with} methods.
 *
 * <p>Its texts are as long as the edge lets them be: bound the size of a request before making one.
 */
public final class EnrollmentRequest {

    private final Parts parts;

    private record Parts(
            String deviceId,
            String csrPem,
            Optional<String> peerKey,
            String deviceName,
            String deviceType,
            boolean confirms,
            Optional<RequestSignature> signature,
            String cause,
            String source,
            boolean takesTargetToken) {}

    private EnrollmentRequest(Parts parts) {
        this.parts = parts;
    }

    /**
     * The two things every request has.
     *
     * @param deviceId as it stands in the path
     * @param csrPem a PKCS#10 request in PEM
     */
    public static EnrollmentRequest of(String deviceId, String csrPem) {
        return new EnrollmentRequest(
                new Parts(deviceId, csrPem, Optional.empty(), "", "", false, Optional.empty(), "", "", true));
    }

    /** The device's own WireGuard public key; without one the bridge makes the pair. */
    public EnrollmentRequest withPeerKey(String base64) {
        return with(Optional.of(base64), deviceName(), deviceType(), confirms(), signature(), cause(), source());
    }

    /** What the device says about itself; longer texts than a label may be are cut. */
    public EnrollmentRequest withLabels(String name, String type) {
        return with(peerKey(), name, type, confirms(), signature(), cause(), source());
    }

    /** The device is going to confirm the certificate once it is stored: until then its tunnel stays as it is. */
    public EnrollmentRequest confirming() {
        return with(peerKey(), deviceName(), deviceType(), true, signature(), cause(), source());
    }

    /** The request came signed, with a signature that is right; whether its signer proves anything is judged later. */
    public EnrollmentRequest signed(SignedRequestReader.Reading.Signed signed) {
        RequestSignature by =
                RequestSignature.of(signed.signer(), signed.content().bytes());
        return with(peerKey(), deviceName(), deviceType(), confirms(), Optional.of(by), cause(), source());
    }

    /**
     * Where it comes from, for the operator.
     *
     * @param requestId what the audit trail names as the cause
     * @param address the client's IP address
     */
    public EnrollmentRequest from(String requestId, String address) {
        return with(peerKey(), deviceName(), deviceType(), confirms(), signature(), requestId, address);
    }

    /**
     * The answer is going to have no place for what the device shows to the update server: nothing is chosen that it would
     * never be told.
     */
    public EnrollmentRequest withoutTargetToken() {
        return new EnrollmentRequest(new Parts(
                parts.deviceId,
                parts.csrPem,
                peerKey(),
                deviceName(),
                deviceType(),
                confirms(),
                signature(),
                cause(),
                source(),
                false));
    }

    private EnrollmentRequest with(
            Optional<String> key,
            String name,
            String type,
            boolean confirming,
            Optional<RequestSignature> by,
            String requestId,
            String address) {
        return new EnrollmentRequest(new Parts(
                parts.deviceId,
                parts.csrPem,
                key,
                name,
                type,
                confirming,
                by,
                requestId,
                address,
                parts.takesTargetToken));
    }

    public String deviceId() {
        return parts.deviceId;
    }

    public String csrPem() {
        return parts.csrPem;
    }

    public Optional<String> peerKey() {
        return parts.peerKey;
    }

    public String deviceName() {
        return parts.deviceName;
    }

    public String deviceType() {
        return parts.deviceType;
    }

    public boolean confirms() {
        return parts.confirms;
    }

    Optional<RequestSignature> signature() {
        return parts.signature;
    }

    boolean takesTargetToken() {
        return parts.takesTargetToken;
    }

    public String cause() {
        return parts.cause;
    }

    public String source() {
        return parts.source;
    }
}
