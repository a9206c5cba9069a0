package baedal.runtime;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.Map;
import java.util.function.Supplier;

/** The current trace (W3C Trace Context). HTTP requests and events pass it to other services. */
public final class Traces {

  private static final TextMapGetter<Map<String, String>> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> carrier) {
          return carrier.keySet();
        }

        @Override
        public String get(Map<String, String> carrier, String key) {
          return carrier == null ? null : carrier.get(key);
        }
      };

  private Traces() {}

  /**
   * The tracing that {@link Boot} configures. It propagates trace contexts with the sampled flag of
   * the caller, and exports no spans.
   */
  static OpenTelemetry telemetry() {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder()
                .setSampler(Sampler.parentBased(Sampler.alwaysOff()))
                .build())
        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
        .build();
  }

  /** The current trace id in hex. Null outside any trace. */
  public static String traceId() {
    SpanContext span = Span.current().getSpanContext();
    return span.isValid() ? span.getTraceId() : null;
  }

  /** The current span as the value of a {@code traceparent} header. Null outside any trace. */
  public static String traceparent() {
    SpanContext span = Span.current().getSpanContext();
    return span.isValid()
        ? "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex()
        : null;
  }

  /**
   * Runs {@code work} in the trace of {@code traceparent} on a new Vert.x context. If {@code
   * traceparent} is null, runs {@code work} outside any trace. Asynchronous work that {@code work}
   * starts belongs to the same trace. The OpenTelemetry scope is never closed, because it ends with
   * that context.
   */
  @SuppressWarnings({"MustBeClosedChecker", "try"})
  public static <T> T within(Vertx vertx, String traceparent, Supplier<T> work) {
    ContextInternal context = ((ContextInternal) vertx.getOrCreateContext()).duplicate();
    ContextInternal previous = context.beginDispatch();
    try {
      remote(traceparent).makeCurrent();
      return work.get();
    } finally {
      context.endDispatch(previous);
    }
  }

  private static Context remote(String traceparent) {
    return traceparent == null
        ? Context.root()
        : W3CTraceContextPropagator.getInstance()
            .extract(Context.root(), Map.of("traceparent", traceparent), GETTER);
  }
}
