package io.provisioningbridge.app.cli;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a bridge in order when the process is asked to end. */
final class Shutdown {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private Shutdown() {}

    /** Closes it on SIGTERM and SIGINT. @return opens when that is done */
    static CountDownLatch closes(AutoCloseable running) {
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            LOG.info("ending: requests under way are finished first");
                            close(running);
                            LOG.info("ended");
                            ended.countDown();
                        },
                        "shutdown"));
        return ended;
    }

    private static void close(AutoCloseable running) {
        try {
            running.close();
        } catch (Exception e) {
            LOG.error("could not be ended in order", e);
        }
    }
}
