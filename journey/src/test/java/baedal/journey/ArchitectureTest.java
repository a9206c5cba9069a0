package baedal.journey;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The rules of the house; each is shown to be able to fail by a culprit in the package {@code
 * culprit}.
 */
class ArchitectureTest {

  private static final String[] SERVICES = {
    "order", "payment", "store", "rider", "coupon", "mypage", "gateway"
  };
  private static final String[] SERVICE_PACKAGES =
      Stream.of(SERVICES).map(service -> "baedal." + service + "..").toArray(String[]::new);
  private static final String BUSINESS_NOUN =
      ".*(Order|Payment|Store|Menu|Rider|Delivery|Coupon|MyPage|Cooking).*";

  private static final DescribedPredicate<JavaClass> DOMAIN =
      DescribedPredicate.describe(
          "domain records and enums",
          c ->
              c.isTopLevelClass()
                  && (c.isRecord() || c.isEnum())
                  && !c.getSimpleName().endsWith("View")
                  && !c.getSimpleName().endsWith("Config"));

  private static ArchRule domainIsPure(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .and(DOMAIN)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "com.mongodb..", "com.rabbitmq..", "org.slf4j..");
  }

  private static ArchRule onlyRepositoriesTouchDatabases(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .and()
        .haveSimpleNameNotEndingWith("Repository")
        .and()
        .haveSimpleNameNotEndingWith("Verticle")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx.sqlclient..",
            "io.vertx.pgclient..",
            "io.vertx.ext.mongo..",
            "io.vertx.redis..");
  }

  private static ArchRule servicesDoNotKnowEachOther(String pattern) {
    return slices()
        .matching(pattern)
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            DescribedPredicate.alwaysTrue(),
            JavaClass.Predicates.resideInAnyPackage(
                "baedal.runtime..", "baedal.rabbitmq..", "baedal.events.."));
  }

  private static ArchRule noBusinessNounIn(String... packages) {
    return classes()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .haveNameNotMatching(BUSINESS_NOUN);
  }

  private static ArchRule dependsOnNoService(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(SERVICE_PACKAGES);
  }

  private static ArchRule nothingBlocks(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(io.vertx.core.Future.class, "await")
        .orShould()
        .callMethod(java.util.concurrent.CompletableFuture.class, "get")
        .orShould()
        .callMethod(java.util.concurrent.CompletableFuture.class, "join");
  }

  private record Rule(String name, ArchRule house, ArchRule culprit) {}

  private static List<Rule> rules() {
    String culprits = "baedal.journey.culprit..";
    return List.of(
        new Rule("the domain is pure", domainIsPure(SERVICE_PACKAGES), domainIsPure(culprits)),
        new Rule("events are pure", domainIsPure("baedal.events.."), domainIsPure(culprits)),
        new Rule(
            "only repositories and verticles touch a database",
            onlyRepositoriesTouchDatabases(SERVICE_PACKAGES),
            onlyRepositoriesTouchDatabases(culprits)),
        new Rule(
            "runtime holds no business noun",
            noBusinessNounIn("baedal.runtime.."),
            noBusinessNounIn(culprits)),
        new Rule(
            "runtime and the backbone depend on no service",
            dependsOnNoService("baedal.runtime..", "baedal.rabbitmq..", "baedal.events.."),
            dependsOnNoService(culprits)),
        new Rule(
            "nothing blocks an event loop",
            nothingBlocks(SERVICE_PACKAGES),
            nothingBlocks(culprits)));
  }

  private final JavaClasses house =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("baedal");
  private final JavaClasses culprits =
      new ClassFileImporter().importPackages("baedal.journey.culprit");

  @TestFactory
  Stream<DynamicTest> the_house_keeps_the_rule() {
    return rules().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.name(), () -> rule.house().check(house)));
  }

  @TestFactory
  Stream<DynamicTest> the_rule_finds_the_culprit() {
    return rules().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.name(),
                    () -> assertThat(rule.culprit().evaluate(culprits).hasViolation()).isTrue()));
  }

  @Test
  void services_meet_only_in_events_and_over_http() {
    JavaClasses services =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(Stream.of(SERVICES).map(s -> "baedal." + s).toList());
    servicesDoNotKnowEachOther("baedal.(*)..").check(services);
    assertThat(
            servicesDoNotKnowEachOther("baedal.journey.culprit.(*)..")
                .evaluate(culprits)
                .hasViolation())
        .isTrue();
  }
}
