package io.provisioningbridge.adapter.jdbc;

import java.nio.file.Path;
import java.util.List;

/** A bridge that dies at a point of its life, and what it leaves behind. Not safe for concurrent use. */
interface MortalBridge extends AutoCloseable {

    /** Has a command executed, see {@link BridgeCommands}. @throws Points.Killed if it dies of it */
    List<String> tell(List<String> command);

    /** The points it came to. */
    List<String> points();

    /** The store's file as it was left. */
    Path remains();

    @Override
    void close();
}
