package baedal.runtime;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import net.logstash.logback.composite.AbstractJsonProvider;

/** Adds {@code traceId} to a log event in JSON. */
public final class TraceProvider extends AbstractJsonProvider<ILoggingEvent> {

  @Override
  public void writeTo(JsonGenerator generator, ILoggingEvent event) throws IOException {
    String traceId = Traces.traceId();
    if (traceId != null) {
      generator.writeStringField("traceId", traceId);
    }
  }
}
