package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import io.provisioningbridge.core.port.SignedRequestReader;
import io.provisioningbridge.core.port.SignedRequestReader.Reading.Signed;
import java.util.Optional;

/**
 * The JSON object of a request, and who signed it.
 *
 * @param json what was sent, or what was signed
 * @param signature of all of it; empty when it came unsigned
 */
record RequestBody(JsonBody json, Optional<Signed> signature) {

    /** Unsigned JSON and nothing else. @throws ProblemException 400 or 415 */
    static RequestBody plain(Context ctx) {
        if (!MediaType.of(ctx).equals(Optional.of(MediaType.JSON))) {
            throw unsupported("Send plain JSON in UTF-8 with 'Content-Type: application/json'.");
        }
        return new RequestBody(JsonBody.parse(BodyFirst.of(ctx)), Optional.empty());
    }

    /** Signed JSON and nothing else. @throws ProblemException 400, 403 or 415 */
    static RequestBody signed(Context ctx, SignedRequestReader reader) {
        if (!MediaType.of(ctx).equals(Optional.of(MediaType.CMS))) {
            throw unsupported("Send signed JSON (CMS in DER) with 'Content-Type: application/pkcs7-mime'.");
        }
        return reader.read(BodyFirst.of(ctx))
                .fold(
                        () -> {
                            throw new ProblemException(
                                    ProblemType.MALFORMED_SIGNED_REQUEST,
                                    "Send one CMS SignedData in DER with the content, one signer and its certificate,"
                                            + " as `openssl cms -sign -binary -nodetach -outform DER` makes it.");
                        },
                        () -> {
                            throw new ProblemException(
                                    ProblemType.WRONG_SIGNATURE,
                                    "Sign the request with the key of the certificate that is in it.");
                        },
                        signed ->
                                new RequestBody(JsonBody.parse(signed.content().bytes()), Optional.of(signed)));
    }

    /** Signed or not, as its type says. @throws ProblemException 400, 403 or 415 */
    static RequestBody either(Context ctx, SignedRequestReader reader) {
        Optional<MediaType> type = MediaType.of(ctx);
        if (type.isEmpty()) {
            throw unsupported("Send JSON in UTF-8 with 'Content-Type: application/json', or signed JSON (CMS in DER)"
                    + " with 'Content-Type: application/pkcs7-mime'.");
        }
        return switch (type.get()) {
            case JSON -> plain(ctx);
            case CMS -> signed(ctx, reader);
        };
    }

    private static ProblemException unsupported(String detail) {
        return new ProblemException(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail);
    }
}
