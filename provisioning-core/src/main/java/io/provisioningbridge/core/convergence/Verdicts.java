package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.port.UpdateServer;
import java.time.Duration;
import java.util.Optional;

/** Makes verdicts. */
final class Verdicts {

    private static final Duration SOON = Duration.ofSeconds(1);

    private Verdicts() {}

    static Verdict soon(String problem) {
        return new Verdict.Unavailable(problem, SOON);
    }

    /** Empty for one that is done. */
    static Optional<Verdict> of(UpdateServer.Result result) {
        if (result instanceof UpdateServer.Result.Later later) {
            return Optional.of(new Verdict.Unavailable(later.why(), later.retryAfter()));
        }
        if (result instanceof UpdateServer.Result.Refused refused) {
            return Optional.of(new Verdict.Refused(refused.why()));
        }
        return Optional.empty();
    }
}
