package io.provisioningbridge.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every rule holds for the product, and every rule is seen to fail on an offender: a rule that cannot fail is none. */
class ArchitectureTest {

    private static final String PRODUCT = "io.provisioningbridge";
    private static final String OFFENDERS = "io.provisioningbridge.offenders";

    private final JavaClasses product = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/testkit/") && !location.contains("provisioning-testkit"))
            .importPackages(PRODUCT);

    private final JavaClasses offenders = new ClassFileImporter().importPackages(OFFENDERS);

    @Test
    void productShouldBeImported() {
        List<String> packages =
                product.stream().map(c -> c.getPackageName()).distinct().toList();
        assertThat(packages)
                .contains(
                        "io.provisioningbridge.core.domain",
                        "io.provisioningbridge.core.port",
                        "io.provisioningbridge.core.enrollment",
                        "io.provisioningbridge.adapter.bouncycastle",
                        "io.provisioningbridge.adapter.hawkbit",
                        "io.provisioningbridge.adapter.jdbc",
                        "io.provisioningbridge.adapter.stepca",
                        "io.provisioningbridge.adapter.thingsboard",
                        "io.provisioningbridge.adapter.wireguard",
                        "io.provisioningbridge.http",
                        "io.provisioningbridge.app.http");
    }

    @TestFactory
    List<DynamicTest> productShouldKeepTheRule() {
        return ArchitectureRules.all(PRODUCT).stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(product)))
                .toList();
    }

    @TestFactory
    List<DynamicTest> ruleShouldFireOnItsOffender() {
        return ArchitectureRules.all(OFFENDERS).stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> assertFires(rule)))
                .toList();
    }

    private void assertFires(ArchRule rule) {
        assertThat(rule.evaluate(offenders).hasViolation())
                .as("nobody has seen this rule fail: %s", rule.getDescription())
                .isTrue();
    }
}
