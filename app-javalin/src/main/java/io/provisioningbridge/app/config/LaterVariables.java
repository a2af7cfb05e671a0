package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/** Variables of later versions: checked for their shape and told to be without effect. */
final class LaterVariables {

    private static final Map<Variable, Function<String, ? extends Parsed<?>>> SHAPES = shapes();

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
            return;
        }
        if (SHAPES.containsKey(variable)) {
            values.optional(variable, text -> SHAPES.get(variable).apply(text).fold(Parsed::valid, Parsed::invalid));
        }
        values.warning(variable, "not used by this version yet");
    }

    private static Map<Variable, Function<String, ? extends Parsed<?>>> shapes() {
        Map<Variable, Function<String, ? extends Parsed<?>>> shapes = new EnumMap<>(Variable.class);
        shapes.put(Variable.HAWKBIT_URL, BaseUrl::parse);
        shapes.put(Variable.HAWKBIT_PUBLIC_URL, BaseUrl::parse);
        shapes.put(Variable.HAWKBIT_TARGET_TOKENS, Choice.of("on", "off"));
        shapes.put(Variable.THINGSBOARD_URL, BaseUrl::parse);
        shapes.put(Variable.THINGSBOARD_MODE, Choice.of("managed", "chain"));
        shapes.put(Variable.MQTT_PUBLIC_ENDPOINT, HostPort::parse);
        return shapes;
    }
}
