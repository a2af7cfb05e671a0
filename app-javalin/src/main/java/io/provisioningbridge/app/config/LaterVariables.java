package io.provisioningbridge.app.config;

/** Variables of later versions: told to be without effect. */
final class LaterVariables {

    private LaterVariables() {}

    static void check(Values values) {
        for (Variable variable : Variable.values()) {
            if (variable.use() == Variable.Use.LATER && values.isSet(variable)) {
                check(variable, values);
            }
        }
    }

    private static void check(Variable variable, Values values) {
        if (variable == Variable.BRIDGE_DATABASE_URL) {
            // Ignoring it would put the fleet's records where nobody expects them.
            values.problem(variable, "this version keeps its records in the data directory only; remove it");
        } else {
            values.warning(variable, "not used by this version yet");
        }
    }
}
