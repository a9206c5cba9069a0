package baedal.runtime;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** The {@code %trace} word of the log layout: {@code traceId=…}, or nothing outside any trace. */
public final class TraceConverter extends ClassicConverter {

  @Override
  public String convert(ILoggingEvent event) {
    String traceId = Traces.traceId();
    return traceId == null ? "" : "traceId=" + traceId + " ";
  }
}
