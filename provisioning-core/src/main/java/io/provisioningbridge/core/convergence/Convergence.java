package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.util.List;

/** Makes one system match, for some devices at a time. Safe for concurrent use. */
interface Convergence {

    Backend backend();

    /** For how many devices at a time. */
    int batch();

    /** How long a lease has to be, so that no call outlives it. */
    Duration lease();

    /**
     * Reads what should be and makes it so.
     *
     * @return one verdict for each, in the same order
     * @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read or written
     */
    List<Verdict> converge(List<Task> tasks);
}
