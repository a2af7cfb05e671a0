package io.provisioningbridge.core.port;

import java.security.cert.X509Certificate;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Takes signed requests apart: CMS SignedData (RFC 5652) that holds its content and the signer's certificate, in DER or in BER
 * with lengths left open. Says whether the signature is right, not whom it proves. Safe for concurrent use, needs no backend.
 */
public interface SignedRequestReader {

    /** @param cms hostile bytes of any length; never throws on bad ones */
    Reading read(byte[] cms);

    /** What became of it. */
    sealed interface Reading {

        /** Not exactly one SignedData with content, one signer and its certificate; or an algorithm that is not allowed. */
        record Broken() implements Reading {}

        /** The signature is not the signer's over this content. */
        record WrongSignature() implements Reading {}

        /**
         * The signer signed the content; who the signer is remains to be judged.
         *
         * @param content all that was signed
         * @param signer the certificate whose key signed, its validity not looked at
         */
        record Signed(Content content, X509Certificate signer) implements Reading {}

        /** All cases answered at once. */
        default <R> R fold(
                Supplier<? extends R> whenBroken,
                Supplier<? extends R> whenWrong,
                Function<Signed, ? extends R> whenSigned) {
            if (this instanceof Signed signed) {
                return whenSigned.apply(signed);
            }
            return this instanceof Broken ? whenBroken.get() : whenWrong.get();
        }
    }

    /** Bytes that do not change. */
    final class Content {

        private final byte[] bytes;

        public Content(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /** A copy. */
        public byte[] bytes() {
            return bytes.clone();
        }
    }
}
