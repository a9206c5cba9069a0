package baedal.events;

import java.time.Instant;

/**
 * An event in its CloudEvents 1.0 envelope. {@code sequence} counts the events of an aggregate from
 * 1; {@code traceparent} (W3C Trace Context) may be null.
 */
public record EventMessage(
    String id,
    String type,
    String subject,
    long sequence,
    Instant time,
    String traceparent,
    Event data) {}
