package baedal.runtime;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/**
 * The {@code %trace} word of the log layout: {@code traceId=… requestId=…}, each only where there
 * is one.
 */
public final class TraceConverter extends ClassicConverter {

  @Override
  public String convert(ILoggingEvent event) {
    return word("traceId", Traces.traceId()) + word("requestId", RequestId.current());
  }

  private static String word(String name, String value) {
    return value == null ? "" : name + "=" + value + " ";
  }
}
