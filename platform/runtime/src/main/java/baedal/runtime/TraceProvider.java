package baedal.runtime;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import net.logstash.logback.composite.AbstractJsonProvider;

/**
 * Adds {@code traceId} and {@code requestId} to a log event in JSON. {@code logback.xml} uses it.
 */
public final class TraceProvider extends AbstractJsonProvider<ILoggingEvent> {

  @Override
  public void writeTo(JsonGenerator generator, ILoggingEvent event) throws IOException {
    write(generator, "traceId", Traces.traceId());
    write(generator, "requestId", RequestId.current());
  }

  private static void write(JsonGenerator generator, String name, String value) throws IOException {
    if (value != null) {
      generator.writeStringField(name, value);
    }
  }
}
