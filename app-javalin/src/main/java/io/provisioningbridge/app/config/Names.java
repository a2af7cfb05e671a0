package io.provisioningbridge.app.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What to make of names that are not ours. */
final class Names {

    /** What is to be done about an unknown name in the environment. */
    enum Verdict {
        /** It is nobody's business here. */
        IGNORED,
        /** It looks like ours, but others use such names too. */
        WARNED,
        /** It can only be meant for us, and a setting that does nothing is dangerous. */
        REFUSED
    }

    private static final List<String> OURS = List.of("BRIDGE_", "ENROLLMENT_", "REENROLLMENT");
    private static final List<String> SHARED = List.of("STEP_CA_", "HAWKBIT_", "THINGSBOARD_", "WG_");

    // A service named "bridge" or "step-ca" puts BRIDGE_PORT_8443_TCP or STEP_CA_SERVICE_HOST into every container
    // beside it.
    private static final Pattern INJECTED = Pattern.compile(".+_SERVICE_.*|.+_PORT.*|WG_QUICK_.*");

    private static final int LARGEST_TYPO = 3;
    // Beyond our prefixes, so that an unrelated name is not mistaken for a misspelled one.
    private static final int LARGEST_FOREIGN_TYPO = 2;

    private Names() {}

    static Verdict judge(String unknown) {
        if (INJECTED.matcher(unknown).matches()) {
            return Verdict.IGNORED;
        }
        if (OURS.stream().anyMatch(unknown::startsWith)) {
            return Verdict.REFUSED;
        }
        // A misspelled prefix (ENROLMENT_POLICY) must not make a policy vanish in silence.
        boolean near = nearest(unknown, LARGEST_FOREIGN_TYPO).isPresent();
        return near || SHARED.stream().anyMatch(unknown::startsWith) ? Verdict.WARNED : Verdict.IGNORED;
    }

    /** {@code ; did you mean …?} when a known name is near, else nothing. */
    static String suggestion(String unknown) {
        return nearest(unknown, LARGEST_TYPO)
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    private static Optional<String> nearest(String unknown, int farthest) {
        List<String> known = new ArrayList<>();
        for (Variable variable : Variable.values()) {
            known.add(variable.name());
            if (variable.hasFileVariant()) {
                known.add(variable.name() + Variable.FILE_SUFFIX);
            }
        }
        return known.stream()
                .filter(name -> Math.abs(name.length() - unknown.length()) <= farthest)
                .filter(name -> distance(unknown, name) <= farthest)
                .min(Comparator.comparingInt(name -> distance(unknown, name)));
    }

    /** Levenshtein's: how many characters to insert, delete or replace. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
