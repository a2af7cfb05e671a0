package io.provisioningbridge.core.domain;

import java.util.function.BiFunction;
import java.util.function.Function;

/** What became of a request that was judged. */
public sealed interface CsrJudgement {

    /** The request is in order and its sender holds the key. */
    record Proven(CertificateSigningRequest request) implements CsrJudgement {}

    /** The first thing wrong with it; {@code detail} may be shown to the sender and says what to do. */
    record Faulty(CsrFault fault, String detail) implements CsrJudgement {}

    /** Both cases answered at once. */
    default <R> R fold(
            Function<CertificateSigningRequest, ? extends R> whenProven,
            BiFunction<CsrFault, String, ? extends R> whenFaulty) {
        if (this instanceof Proven proven) {
            return whenProven.apply(proven.request());
        }
        Faulty faulty = (Faulty) this;
        return whenFaulty.apply(faulty.fault(), faulty.detail());
    }
}
