package io.provisioningbridge.app.cli;

import io.provisioningbridge.core.port.BackendException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cleans up also when the process is asked to end in the middle of a command. */
final class AtExit {

    private static final Logger LOG = LoggerFactory.getLogger(AtExit.class);

    private final Thread hook;

    private AtExit(Thread hook) {
        this.hook = hook;
    }

    /** @param cleanUp may be closed several times */
    static AtExit closes(AutoCloseable cleanUp) {
        Thread hook = new Thread(() -> close(cleanUp), "clean-up");
        Runtime.getRuntime().addShutdownHook(hook);
        return new AtExit(hook);
    }

    private static void close(AutoCloseable cleanUp) {
        try {
            cleanUp.close();
        } catch (BackendException e) {
            LOG.warn("not cleaned up: {}", e.getMessage());
        } catch (Exception e) {
            LOG.error("not cleaned up", e);
        }
    }

    /** It is done, or no longer needed. */
    void cancel() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            LOG.debug("the process ends, and cleans up by itself");
        }
    }
}
