package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.port.Change;

/**
 * Stands beside the in-memory store's calls, to make them fail or wait: each method may throw a
 * {@link io.provisioningbridge.core.port.BackendUnavailableException}, which the caller gets. No lock is held meanwhile.
 */
public interface StoreHook {

    /** Does nothing. */
    StoreHook NONE = new StoreHook() {};

    /** What is thrown here keeps the change from being written. */
    default void beforeCommit(Change change) {}

    /** The change was judged and, unless its outcome says otherwise, is written; what is thrown here hides that. */
    default void afterCommit(Change change) {}

    /** What is thrown here is what reading ends with. */
    default void beforeRead() {}
}
