package io.provisioningbridge.app.cli;

/** What a command ends with. */
final class ExitStatus {

    static final int OK = 0;
    /** It was understood and failed. */
    static final int FAILED = 1;
    /** It was not understood: the command line, or the configuration. picocli uses it too. */
    static final int MISUSED = 2;
    /** It was accepted, and is not done yet. */
    static final int PENDING = 3;
    /** It was done, and found something. */
    static final int FOUND = 4;

    private ExitStatus() {}
}
