package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.port.SignedRequestReader;

/**
 * A device says that it has stored a certificate, in a request signed with that certificate's key.
 *
 * @param deviceId as it stands in the path
 * @param serial hexadecimal, any case, as {@code openssl x509 -serial} prints it
 * @param signed what was signed, and by whom
 * @param cause what the audit trail names as the cause
 */
public record Confirmation(String deviceId, String serial, SignedRequestReader.Reading.Signed signed, String cause) {}
