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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rules for the dependencies between packages, and for the length of files. The classes in the
 * package {@code culprit} violate each rule on purpose: they prove that the rule finds violations.
 */
class ArchitectureTest {

  private static final String[] SERVICES = {
    "order", "payment", "store", "rider", "coupon", "mypage", "gateway"
  };
  private static final String[] SERVICE_PACKAGES =
      Stream.of(SERVICES).map(service -> "baedal." + service + "..").toArray(String[]::new);
  private static final String[] PLATFORM_AND_BROKER = {
    "baedal.runtime..",
    "baedal.events..",
    "baedal.postgres..",
    "baedal.mongodb..",
    "baedal.redis..",
    "baedal.rabbitmq.."
  };
  private static final String[] DATABASE_DRIVERS = {
    "io.vertx.sqlclient..",
    "io.vertx.pgclient..",
    "io.vertx.ext.mongo..",
    "com.mongodb..",
    "io.vertx.redis.."
  };
  private static final String[] DATABASE_MODULES = {
    "baedal.postgres..", "baedal.mongodb..", "baedal.redis.."
  };
  private static final String BROKER = "baedal.rabbitmq..";
  private static final String BROKER_DRIVER = "io.vertx.rabbitmq..";
  private static final int MAX_LINES = 300;
  private static final String BUSINESS_TERM =
      ".*(Order|Payment|Store|Menu|Rider|Delivery|Coupon|MyPage|Cooking|Ticket).*";

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

  private static ArchRule onlyRepositoriesUseDatabases(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .and()
        .haveSimpleNameNotEndingWith("Repository")
        .and()
        .haveSimpleNameNotEndingWith("Verticle")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(DATABASE_DRIVERS);
  }

  private static ArchRule servicesAreIndependent(String pattern) {
    return slices()
        .matching(pattern)
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            DescribedPredicate.alwaysTrue(),
            JavaClass.Predicates.resideInAnyPackage(PLATFORM_AND_BROKER));
  }

  private static ArchRule noBusinessTermIn(String... packages) {
    return classes()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .haveNameNotMatching(BUSINESS_TERM);
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

  /**
   * The module of a database or of the broker uses only its own driver, and no other such module.
   */
  private static ArchRule usesOnly(String module, String... ownDrivers) {
    String[] others =
        Stream.of(Stream.of(drivers(ownDrivers)), Stream.of(DATABASE_MODULES), Stream.of(BROKER))
            .flatMap(packages -> packages)
            .filter(other -> !other.equals(module))
            .toArray(String[]::new);
    return doesNotUse(others, module);
  }

  /** The drivers of all databases and of the broker, without those in {@code except}. */
  private static String[] drivers(String... except) {
    return Stream.concat(Stream.of(BROKER_DRIVER), Stream.of(DATABASE_DRIVERS))
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

  private record Rule(String name, ArchRule main, ArchRule culprit) {}

  private static List<Rule> rules() {
    String culprits = "baedal.journey.culprit..";
    return List.of(
        new Rule(
            "domain records and enums use no Vert.x, driver or logger",
            domainIsPure(SERVICE_PACKAGES),
            domainIsPure(culprits)),
        new Rule(
            "events use no Vert.x, driver or logger",
            domainIsPure("baedal.events.."),
            domainIsPure(culprits)),
        new Rule(
            "only repositories and verticles use a database driver",
            onlyRepositoriesUseDatabases(SERVICE_PACKAGES),
            onlyRepositoriesUseDatabases(culprits)),
        new Rule(
            "no class of runtime is named after a business term",
            noBusinessTermIn("baedal.runtime.."),
            noBusinessTermIn(culprits)),
        new Rule(
            "the platform and the broker depend on no service",
            dependsOnNoService(PLATFORM_AND_BROKER),
            dependsOnNoService(culprits)),
        new Rule(
            "runtime and events use no driver",
            doesNotUse(drivers(), "baedal.runtime..", "baedal.events.."),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "postgres uses no other database and no broker",
            usesOnly("baedal.postgres..", "io.vertx.sqlclient..", "io.vertx.pgclient.."),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "mongodb uses no other database and no broker",
            usesOnly("baedal.mongodb..", "io.vertx.ext.mongo..", "com.mongodb.."),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "redis uses no other database and no broker",
            usesOnly("baedal.redis..", "io.vertx.redis.."),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "rabbitmq uses no database",
            usesOnly("baedal.rabbitmq..", BROKER_DRIVER),
            doesNotUse(drivers(), culprits)),
        new Rule(
            "no service blocks an event loop",
            nothingBlocks(SERVICE_PACKAGES),
            nothingBlocks(culprits)),
        new Rule(
            "neither the platform nor rabbitmq blocks an event loop",
            nothingBlocks(PLATFORM_AND_BROKER),
            nothingBlocks(culprits)));
  }

  private final JavaClasses main =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("baedal");
  private final JavaClasses culprits =
      new ClassFileImporter().importPackages("baedal.journey.culprit");

  @TestFactory
  Stream<DynamicTest> the_code_follows_the_rule() {
    return rules().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.name(), () -> rule.main().check(main)));
  }

  @TestFactory
  Stream<DynamicTest> the_rule_finds_the_planted_violation() {
    return rules().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.name(),
                    () -> assertThat(rule.culprit().evaluate(culprits).hasViolation()).isTrue()));
  }

  @Test
  void no_service_depends_on_another_service() {
    JavaClasses services =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(Stream.of(SERVICES).map(s -> "baedal." + s).toList());
    servicesAreIndependent("baedal.(*)..").check(services);
    assertThat(
            servicesAreIndependent("baedal.journey.culprit.(*)..")
                .evaluate(culprits)
                .hasViolation())
        .isTrue();
  }

  @Test
  void no_main_file_has_more_than_300_lines() throws IOException {
    assertThat(longMainFiles(Readme.TOP)).isEmpty();
  }

  @Test
  void a_main_file_of_301_lines_violates_the_rule(@TempDir Path top) throws IOException {
    for (String module : List.of("order", "platform/runtime")) {
      Path folder = top.resolve(module).resolve("src/main/java/baedal");
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("Short.java"), "\n".repeat(MAX_LINES));
      Files.writeString(folder.resolve("Long.java"), "\n".repeat(MAX_LINES + 1));
    }
    assertThat(longMainFiles(top))
        .hasSize(2)
        .allSatisfy(file -> assertThat(file).endsWith("Long.java: 301"));
  }

  /** The main files with more than 300 lines, each with its number of lines. */
  private static List<String> longMainFiles(Path top) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path folder : mainFolders(top)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
          int lines = Files.readAllLines(file).size();
          if (lines > MAX_LINES) {
            found.add(top.relativize(file) + ": " + lines);
          }
        }
      }
    }
    return found;
  }

  /** The folders of main sources; a module is one or two levels below {@code top}. */
  private static List<Path> mainFolders(Path top) throws IOException {
    try (Stream<Path> folders =
        Files.find(top, 2, (path, attributes) -> attributes.isDirectory())) {
      return folders
          .map(folder -> folder.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .toList();
    }
  }
}
