package baedal.events;

import java.time.Instant;

/**
 * An event in its CloudEvents 1.0 envelope, as services publish and consume it.
 *
 * @param id unique to this event; a consumer applies an event only once, even if it receives the
 *     same id again
 * @param sequence counts the events of an aggregate from 1
 * @param traceparent the W3C Trace Context of the request that caused the event; may be null
 */
public record EventMessage(
    String id,
    String type,
    String subject,
    long sequence,
    Instant time,
    String traceparent,
    Event data) {}
