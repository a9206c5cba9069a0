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
  private static final String[] PLATFORM = {
    "baedal.runtime..", "baedal.events..", "baedal.postgres..", "baedal.mongodb..", "baedal.redis.."
  };
  private static final String[] STORE_DRIVERS = {
    "io.vertx.sqlclient..",
    "io.vertx.pgclient..",
    "io.vertx.ext.mongo..",
    "com.mongodb..",
    "io.vertx.redis.."
  };
  private static final String BROKER_DRIVER = "io.vertx.rabbitmq..";
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
        .resideInAnyPackage(STORE_DRIVERS);
  }

  private static ArchRule servicesDoNotKnowEachOther(String pattern) {
    return slices()
        .matching(pattern)
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            DescribedPredicate.alwaysTrue(),
            JavaClass.Predicates.resideInAnyPackage(
                Stream.concat(Stream.of("baedal.rabbitmq.."), Stream.of(PLATFORM))
                    .toArray(String[]::new)));
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

  private static ArchRule doesNotUse(String[] forbidden, String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden);
  }

  /** All drivers, the broker's and the stores', but for those of {@code except}. */
  private static String[] drivers(String... except) {
    return Stream.concat(Stream.of(BROKER_DRIVER), Stream.of(STORE_DRIVERS))
        .filter(driver -> !List.of(except).contains(driver))
        .toArray(String[]::new);
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
            dependsOnNoService(
                Stream.concat(Stream.of("baedal.rabbitmq.."), Stream.of(PLATFORM))
                    .toArray(String[]::new)),
            dependsOnNoService(culprits)),
        new Rule(
            "runtime and events know no driver",
            doesNotUse(drivers(), "baedal.runtime..", "baedal.events.."),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "postgres knows no other driver",
            doesNotUse(drivers("io.vertx.sqlclient..", "io.vertx.pgclient.."), "baedal.postgres.."),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "mongodb knows no other driver",
            doesNotUse(drivers("io.vertx.ext.mongo..", "com.mongodb.."), "baedal.mongodb.."),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "redis knows no other driver",
            doesNotUse(drivers("io.vertx.redis.."), "baedal.redis.."),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "the broker knows no store",
            doesNotUse(STORE_DRIVERS, "baedal.rabbitmq.."),
            doesNotUse(STORE_DRIVERS, culprits)),
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
