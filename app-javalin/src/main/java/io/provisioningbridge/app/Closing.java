package io.provisioningbridge.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened, to be closed the other way round; one that fails to close does not keep the others open. */
final class Closing implements AutoCloseable {

    /** Closes something. */
    interface Step {
        void close() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final Deque<Step> steps = new ArrayDeque<>();

    /** Remembers to close what was just opened. */
    synchronized <T extends AutoCloseable> T opened(T resource) {
        steps.push(resource::close);
        return resource;
    }

    /** Closes all, once. */
    @Override
    public synchronized void close() {
        while (!steps.isEmpty()) {
            try {
                steps.pop().close();
            } catch (Exception e) {
                LOG.warn("could not be closed in order", e);
            }
        }
    }
}
