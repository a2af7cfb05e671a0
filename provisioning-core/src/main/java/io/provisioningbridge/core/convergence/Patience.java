package io.provisioningbridge.core.convergence;

/**
 * How far to go with a batch, device by device: no further once the system is known to be down, or after two in a row for
 * which it went wrong. Not safe for concurrent use.
 */
final class Patience {

    private static final int MOST_IN_A_ROW = 2;

    private int inARow;

    boolean isAtItsEnd() {
        return inARow >= MOST_IN_A_ROW;
    }

    void renew() {
        inARow = 0;
    }

    Verdict noted(Verdict verdict) {
        if (verdict instanceof Verdict.Unavailable) {
            inARow = MOST_IN_A_ROW;
        } else {
            inARow = verdict instanceof Verdict.Troubled ? inARow + 1 : 0;
        }
        return verdict;
    }
}
