package io.provisioningbridge.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.TrustManager;

/**
 * The rules of the hexagon. Each is a function of the root package, so that it can be shown to fire on the small offenders
 * below {@code io.provisioningbridge.offenders}.
 */
final class ArchitectureRules {

    private static final String[] JDK_AND_ANNOTATIONS = {"java..", "javax..", "org.jspecify.annotations.."};

    private ArchitectureRules() {}

    static List<ArchRule> all(String root) {
        return List.of(
                coreKnowsTheJdkOnly(root),
                domainKnowsOnlyItself(root),
                portsSpeakTheDomainsWords(root),
                adaptersDoNotKnowEachOther(root),
                onlyTheCompositionNamesAdapters(root),
                exchangeKnowsNobody(root),
                onlyAdaptersExchange(root),
                coreTakesTimeAndChanceAsParameters(root),
                simulatorsServeTheDemo(root),
                trustIsDecidedInOneClass(root),
                httpStaysAtTheEdge(root),
                coreHoldsNoMutableStatics(root));
    }

    static ArchRule coreKnowsTheJdkOnly(String root) {
        return classes()
                .that()
                .resideInAPackage(root + ".core..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK_AND_ANNOTATIONS).or(resideInAPackage(root + ".core..")))
                .because("the core is embedded in other services and must not bring anything along");
    }

    static ArchRule domainKnowsOnlyItself(String root) {
        return classes()
                .that()
                .resideInAPackage(root + ".core.domain..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(JDK_AND_ANNOTATIONS).or(resideInAPackage(root + ".core.domain..")))
                .because("the domain's words mean something without any port or use case");
    }

    static ArchRule portsSpeakTheDomainsWords(String root) {
        return classes()
                .that()
                .resideInAPackage(root + ".core.port..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK_AND_ANNOTATIONS)
                        .or(resideInAnyPackage(root + ".core.port..", root + ".core.domain..")))
                .because("a port says what the domain needs, not what a use case does with it");
    }

    static ArchRule adaptersDoNotKnowEachOther(String root) {
        return SlicesRuleDefinition.slices()
                .matching(root + ".adapter.(*)..")
                .should()
                .notDependOnEachOther()
                .because("each adapter can be left out or replaced");
    }

    static ArchRule onlyTheCompositionNamesAdapters(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(root + ".adapter..", root + ".app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root + ".adapter..")
                .because("who uses a port must not care who implements it");
    }

    static ArchRule exchangeKnowsNobody(String root) {
        return classes()
                .that()
                .resideInAPackage(root + ".http..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK_AND_ANNOTATIONS)
                        .or(resideInAnyPackage(root + ".http..", "com.fasterxml.jackson..")))
                .because("what an answer means is the adapter's, and what several share takes no side");
    }

    static ArchRule onlyAdaptersExchange(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(root + ".adapter..", root + ".http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root + ".http..")
                .because("whoever calls a server is an adapter");
    }

    static ArchRule coreTakesTimeAndChanceAsParameters(String root) {
        return noClasses()
                .that()
                .resideInAPackage(root + ".core..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Clock.class)
                .orShould()
                .callConstructor(Random.class)
                .because("what depends on time or chance must be testable without waiting or luck");
    }

    static ArchRule trustIsDecidedInOneClass(String root) {
        return noClasses()
                .that()
                .resideInAPackage(root + "..")
                .and()
                .resideOutsideOfPackage(root + ".simulators..")
                .and()
                .haveNameNotMatching(".*\\.FingerprintTrust(\\$.*)?")
                .should()
                .beAssignableTo(assignableTo(TrustManager.class).or(assignableTo(HostnameVerifier.class)))
                .because("the only unverified fetch is that of an anchor by its fingerprint, in one class");
    }

    static ArchRule simulatorsServeTheDemo(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(root + ".simulators..", root + ".app.demo..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root + ".simulators..")
                .because("what imitates a server must never be taken for one");
    }

    static ArchRule httpStaysAtTheEdge(String root) {
        return noClasses()
                .that(resideInAPackage(root + "..").and(not(resideInAPackage(root + ".app.."))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "jakarta.servlet..", "org.eclipse.jetty..")
                .because("HTTP statuses and problem documents exist only in the application");
    }

    static ArchRule coreHoldsNoMutableStatics(String root) {
        return fields().that()
                .areDeclaredInClassesThat()
                .resideInAPackage(root + ".core..")
                .and()
                .areStatic()
                .should()
                .beFinal()
                .because("two bridges in one process must not know of each other");
    }
}
