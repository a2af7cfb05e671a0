package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.CsrFault;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.util.Optional;
import java.util.function.Function;

/** Judges the shape of a request, before any state is looked at: device id, certificate request, WireGuard key. */
final class RequestJudge {

    private final CsrReader reader;
    private final TunnelConfigWriter tunnel;

    RequestJudge(CsrReader reader, TunnelConfigWriter tunnel) {
        this.reader = reader;
        this.tunnel = tunnel;
    }

    /** {@code then} applied to a request in good shape, or the refusal of another. */
    EnrollmentResult judge(EnrollmentRequest request, Function<Application, EnrollmentResult> then) {
        return DeviceId.parse(request.deviceId())
                .fold(
                        id -> CertificateSigningRequest.judge(request.csrPem(), reader::read, id)
                                .fold(csr -> judge(request, id, csr, then), this::refuse),
                        problem -> refuse(RefusalReason.INVALID_DEVICE_ID, problem));
    }

    private EnrollmentResult judge(
            EnrollmentRequest request,
            DeviceId id,
            CertificateSigningRequest csr,
            Function<Application, EnrollmentResult> then) {
        Device.Labels labels = new Device.Labels(label(request.deviceName()), label(request.deviceType()));
        if (request.peerKey().isEmpty()) {
            return then.apply(Application.of(request, id, csr, Optional.empty(), labels));
        }
        Parsed<PeerKey> peerKey = request.peerKey().map(PeerKey::parse).orElseThrow();
        return peerKey.fold(
                key -> key.equals(tunnel.serverKey())
                        ? refuse(
                                RefusalReason.INVALID_PEER_KEY,
                                "The WireGuard public key is the server's own; send the device's.")
                        : then.apply(Application.of(request, id, csr, Optional.of(key), labels)),
                problem -> refuse(RefusalReason.INVALID_PEER_KEY, problem));
    }

    private EnrollmentResult refuse(CsrFault fault, String detail) {
        return refuse(
                switch (fault) {
                    case TOO_LARGE -> RefusalReason.CSR_TOO_LARGE;
                    case UNREADABLE -> RefusalReason.CSR_UNREADABLE;
                    case KEY_NOT_ALLOWED -> RefusalReason.CSR_KEY_NOT_ALLOWED;
                    case SIGNATURE_ALGORITHM_NOT_ALLOWED -> RefusalReason.CSR_SIGNATURE_ALGORITHM_NOT_ALLOWED;
                    case POSSESSION_NOT_PROVEN -> RefusalReason.CSR_POSSESSION_NOT_PROVEN;
                    case SUBJECT_MISMATCH -> RefusalReason.CSR_SUBJECT_MISMATCH;
                    case ALTERNATIVE_NAME_MISMATCH -> RefusalReason.CSR_ALTERNATIVE_NAME_MISMATCH;
                },
                detail);
    }

    private static EnrollmentResult refuse(RefusalReason reason, String detail) {
        return new EnrollmentResult.Refused(reason, detail, Optional.empty());
    }

    private static String label(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", " ").strip();
        return printable.length() <= Device.Labels.MAX_LENGTH
                ? printable
                : printable.substring(0, Device.Labels.MAX_LENGTH);
    }
}
