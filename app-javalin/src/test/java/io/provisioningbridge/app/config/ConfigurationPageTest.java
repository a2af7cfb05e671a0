package io.provisioningbridge.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page operators read says what the code does. */
class ConfigurationPageTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| (.*?) \\|");
    private static final Pattern NAME = Pattern.compile("`([A-Z]+_[A-Z_]*[A-Z]|REENROLLMENT)`");

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "configuration.md"));
    }

    private static Map<String, String> defaultsByName() throws IOException {
        return ROW.matcher(page())
                .results()
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2), (a, b) -> a + b, TreeMap::new));
    }

    @Test
    void theTablesShouldListExactlyWhatIsRead() throws IOException {
        Set<String> read = Stream.of(Variable.values())
                .filter(variable -> variable.use() == Variable.Use.READ
                        || variable == Variable.BRIDGE_JAVA_OPTS
                        || variable == Variable.BRIDGE_ADMIN_URL)
                .map(Enum::name)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(defaultsByName().keySet()).isEqualTo(read);
    }

    @Test
    void whatIsNotUsedYetShouldBeNamedAsSuch() throws IOException {
        String page = page();
        Set<String> named = NAME.matcher(page.substring(page.indexOf("## Accepted")))
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> later = Stream.of(Variable.values())
                .filter(variable -> variable.use() == Variable.Use.LATER)
                .map(Enum::name)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).containsAll(later);
    }

    @Test
    void noNameShouldBeUnknown() throws IOException {
        Set<String> others = Set.of("JAVA_HOME", "NAME_FILE");

        assertThat(NAME.matcher(page()).results().map((MatchResult name) -> name.group(1)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(others.contains(name)
                                || Variable.named(name).isPresent()
                                || Variable.withFileVariant(name).isPresent())
                        .as(name)
                        .isTrue());
    }

    @Test
    void theDefaultsShouldBeThoseInForce() throws IOException {
        Map<String, String> defaults = defaultsByName();
        List<Setting> settings =
                BridgeConfig.read(Map.of("BRIDGE_CA", "embedded")).settings();

        for (String name : List.of(
                "WG_SUBNET",
                "WG_APPLY",
                "BRIDGE_LISTEN",
                "BRIDGE_ADMIN_LISTEN",
                "BRIDGE_TLS",
                "HAWKBIT_TENANT",
                "HAWKBIT_TARGET_TOKENS",
                "THINGSBOARD_MODE",
                "THINGSBOARD_DEVICE_PROFILE",
                "ENROLLMENT_POLICY",
                "REENROLLMENT",
                "BRIDGE_DATA_DIR")) {
            String inForce = settings.stream()
                    .filter(setting -> setting.name().equals(name))
                    .filter(setting -> setting.source().equals(Setting.DEFAULT))
                    .map(Setting::value)
                    .collect(Collectors.joining());
            assertThat(defaults.get(name)).as(name).isEqualTo("`" + inForce + "`");
        }
    }
}
