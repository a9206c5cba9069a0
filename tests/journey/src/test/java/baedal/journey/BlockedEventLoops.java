package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Collects the warnings of Vert.x's blocked-thread checker for a test class. The tests fail if code
 * of this project blocked an event loop.
 */
final class BlockedEventLoops {

  private static final Set<String> WAITING = Set.of("park", "wait", "wait0", "sleep", "sleep0");
  private static final Pattern LOCK =
      Pattern.compile("java\\.util\\.concurrent\\.locks\\.\\w*Lock(\\$.*)?");

  private final Logger checker =
      (Logger) LoggerFactory.getLogger("io.vertx.core.impl.BlockedThreadChecker");
  private final ListAppender<ILoggingEvent> warnings = new ListAppender<>();

  private BlockedEventLoops() {
    warnings.start();
    checker.addAppender(warnings);
  }

  /** Starts to collect warnings. */
  static BlockedEventLoops watch() {
    return new BlockedEventLoops();
  }

  /** Stops collecting; fails if code of this project caused one of the warnings. */
  void assertNone() {
    checker.detachAppender(warnings);
    assertThat(warnings.list)
        .as("code of this project blocked an event loop")
        .noneMatch(warning -> warning.getThrowableProxy() != null && waitsInProjectCode(warning));
  }

  /**
   * Whether code of this project made the thread wait. Two cases do not count, because they occur
   * on a busy machine: the thread does not wait but gets no processor, or it waits for a lock
   * inside a library (MongoDB's driver, the log) because the thread with the lock gets no
   * processor.
   */
  private static boolean waitsInProjectCode(ILoggingEvent warning) {
    List<StackTraceElement> stack =
        Stream.of(warning.getThrowableProxy().getStackTraceElementProxyArray())
            .map(StackTraceElementProxy::getStackTraceElement)
            .toList();
    return WAITING.contains(stack.get(0).getMethodName())
        && stack.stream().anyMatch(frame -> frame.getClassName().startsWith("baedal."))
        && !waitsForLockOfLibrary(stack.stream().map(StackTraceElement::getClassName).toList());
  }

  private static boolean waitsForLockOfLibrary(List<String> classes) {
    List<String> ofJdk =
        classes.stream()
            .takeWhile(name -> name.startsWith("java.") || name.startsWith("jdk."))
            .toList();
    return ofJdk.stream().anyMatch(name -> LOCK.matcher(name).matches())
        && classes.stream().skip(ofJdk.size()).limit(1).noneMatch(c -> c.startsWith("baedal."));
  }
}
