package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes verdicts. */
final class Verdicts {

    private static final Duration SOON = Duration.ofSeconds(1);

    private Verdicts() {}

    /** The system is there, and the device is not yet as it should be. */
    static Verdict soon(String problem) {
        return new Verdict.Later(problem, SOON);
    }

    /** Of a call about one device. Who asks for more than the usual pause means everybody. */
    static Verdict ofOne(BackendUnavailableException e) {
        return e.retryAfter().compareTo(BackendUnavailableException.DEFAULT_RETRY_AFTER) > 0
                ? ofAll(e)
                : new Verdict.Troubled(String.valueOf(e.getMessage()), e.retryAfter());
    }

    /** Of a call about many devices. */
    static Verdict ofAll(BackendUnavailableException e) {
        return new Verdict.Unavailable(String.valueOf(e.getMessage()), e.retryAfter());
    }

    /** Of one call, in the order of its results; empty for those that are done. */
    static List<Optional<Verdict>> of(List<Result> results) {
        boolean isThere = results.stream().anyMatch(result -> !(result instanceof Result.Later));
        List<Optional<Verdict>> verdicts = new ArrayList<>();
        for (Result result : results) {
            verdicts.add(of(result, isThere));
        }
        return verdicts;
    }

    private static Optional<Verdict> of(Result result, boolean isThere) {
        if (result instanceof Result.Later later) {
            return Optional.of(
                    isThere
                            ? new Verdict.Later(later.why(), later.retryAfter())
                            : new Verdict.Troubled(later.why(), later.retryAfter()));
        }
        if (result instanceof Result.Refused refused) {
            return Optional.of(new Verdict.Refused(refused.why()));
        }
        return Optional.empty();
    }
}
