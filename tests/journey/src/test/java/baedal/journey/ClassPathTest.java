package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Checks which modules and drivers the {@code pom.xml} files put on the class path of a service.
 */
class ClassPathTest {

  private static final Set<String> DATABASE_DRIVERS =
      Set.of("vertx-pg-client", "vertx-mongo-client", "vertx-redis-client");
  private static final Set<String> TEST_ONLY = Set.of("baedal-testkit", "baedal-backing");

  /** The artifacts that each module of the build uses outside its tests. */
  private static final Map<String, Set<String>> uses = new HashMap<>();

  @BeforeAll
  static void readTheBuild() throws Exception {
    for (String module : texts(document(Readme.TOP.resolve("pom.xml")), "module")) {
      Document pom = document(Readme.TOP.resolve(module).resolve("pom.xml"));
      Set<String> used = new TreeSet<>();
      NodeList dependencies = pom.getElementsByTagName("dependency");
      for (int i = 0; i < dependencies.getLength(); i++) {
        Element dependency = (Element) dependencies.item(i);
        Set<String> scope = texts(dependency, "scope");
        if (scope.isEmpty() || scope.contains("compile")) {
          used.addAll(texts(dependency, "artifactId"));
        }
      }
      uses.put("baedal-" + Path.of(module).getFileName(), used);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "order, vertx-pg-client",
    "payment, vertx-pg-client",
    "store, vertx-mongo-client",
    "rider, vertx-mongo-client",
    "mypage, vertx-mongo-client",
    "coupon, vertx-redis-client",
    "gateway, vertx-redis-client"
  })
  void a_service_has_only_the_driver_of_its_own_database(String service, String driver) {
    Set<String> drivers = classPath("baedal-" + service);
    drivers.retainAll(DATABASE_DRIVERS);
    assertThat(drivers).containsExactly(driver);
  }

  @ParameterizedTest
  @CsvSource({"order", "payment", "store", "rider", "mypage", "coupon", "gateway"})
  void a_service_has_no_test_module_on_its_class_path(String service) {
    assertThat(classPath("baedal-" + service)).doesNotContainAnyElementsOf(TEST_ONLY);
  }

  @Test
  void a_program_with_several_drivers_or_a_test_module_is_found() {
    assertThat(classPath("baedal-audit")).containsAll(DATABASE_DRIVERS);
    assertThat(classPath("baedal-dev")).contains("baedal-backing");
  }

  private static Set<String> classPath(String module) {
    Set<String> found = new TreeSet<>();
    collect(module, found);
    return found;
  }

  private static void collect(String artifact, Set<String> found) {
    if (found.add(artifact)) {
      uses.getOrDefault(artifact, Set.of()).forEach(used -> collect(used, found));
    }
  }

  private static Document document(Path pom) throws Exception {
    assertThat(Files.exists(pom)).as(pom.toString()).isTrue();
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
  }

  private static Set<String> texts(Document in, String tag) {
    return texts(in.getDocumentElement(), tag);
  }

  private static Set<String> texts(Element in, String tag) {
    Set<String> texts = new TreeSet<>();
    NodeList found = in.getElementsByTagName(tag);
    for (int i = 0; i < found.getLength(); i++) {
      texts.add(found.item(i).getTextContent().strip());
    }
    return texts;
  }
}
