package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When the platform is asked again about a device that it could have admitted, and that is not known to have connected. Such a
 * lane falls behind when somebody says that the device has, and the platform may write that down later than it tells of it,
 * or than a worker asks that was about to anyway. Nobody says it twice: after a look that comes too early the device would
 * have to connect once more.
 */
final class LateConnections {

    // 5 and 30 seconds after the first look: from one to the next, each longer than the one before.
    private static final List<Duration> WAITS = List.of(Duration.ofSeconds(5), Duration.ofSeconds(25));

    private LateConnections() {}

    /** The same with a time to look again, unless it has one, or the last look has come to nothing too. */
    static Verdict.Done lookAgain(Task task, Verdict.Done done) {
        if (done.again().isPresent()) {
            return done;
        }
        Instant now = done.observation().at();
        Optional<Duration> waited = task.lane()
                .observation()
                .filter(last -> task.lane().state() == Lane.State.DONE)
                .map(Observation::at)
                .map(last -> Duration.between(last, now));
        Optional<Instant> again = WAITS.stream()
                .filter(wait -> waited.isEmpty() || wait.compareTo(waited.get()) > 0)
                .findFirst()
                .map(now::plus);
        return new Verdict.Done(done.observation(), again);
    }
}
