package baedal.runtime;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/**
 * Writes {@code traceId=… requestId=…} for {@code %trace} in the log layout, without an id that is
 * not set.
 */
public final class TraceConverter extends ClassicConverter {

  @Override
  public String convert(ILoggingEvent event) {
    return pair("traceId", Traces.traceId()) + pair("requestId", RequestId.current());
  }

  private static String pair(String name, String value) {
    return value == null ? "" : name + "=" + value + " ";
  }
}
