package baedal.coupon;

import baedal.events.Change;
import baedal.events.CouponEvent;
import baedal.events.Event;
import baedal.runtime.Refusal;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A discount that a customer holds.
 *
 * @param discount in won
 * @param orderId the order that claimed it, or null
 * @param confirmed whether that order is known to have applied the discount; until then the coupon
 *     service asks the order again
 */
@RecordBuilder
public record Coupon(
    String id,
    String customerId,
    String name,
    long discount,
    CouponStatus status,
    String orderId,
    boolean confirmed,
    Instant issuedAt,
    Instant expiresAt,
    Instant changedAt) {

  /**
   * {@code earnedBy} is the order that earned it, {@code campaignId} the campaign it was taken
   * from; either may be null. A coupon is issued once.
   */
  static Change<Coupon> issue(
      Coupon before,
      String id,
      String customerId,
      String name,
      long discount,
      String earnedBy,
      String campaignId,
      Instant expiresAt,
      Instant now) {
    if (before != null) {
      return Change.none(before);
    }
    Coupon coupon =
        CouponBuilder.builder()
            .id(id)
            .customerId(customerId)
            .name(name)
            .discount(discount)
            .status(CouponStatus.ISSUED)
            .issuedAt(now)
            .expiresAt(expiresAt)
            .changedAt(now)
            .build();
    return Change.of(
        coupon,
        new CouponEvent.Issued(
            id, earnedBy, customerId, campaignId, name, discount, expiresAt, now));
  }

  /** The status that clients see: an issued coupon expires by the clock. */
  CouponStatus status(Instant now) {
    return status == CouponStatus.ISSUED && !expiresAt.isAfter(now) ? CouponStatus.EXPIRED : status;
  }

  /** One order at a time; the same order again changes nothing. */
  Change<Coupon> claim(String order, Instant now) {
    return switch (status(now)) {
      case ISSUED -> Change.of(to(CouponStatus.CLAIMED, order, false, now));
      case CLAIMED, USED -> {
        if (!order.equals(orderId)) {
          throw Refusal.conflict(
              "coupon-state",
              status == CouponStatus.USED
                  ? "the coupon was USED for another order: take another coupon"
                  : "the coupon is CLAIMED by another order: cancel that order, or take another"
                      + " coupon");
        }
        yield Change.none(this);
      }
      case EXPIRED ->
          throw Refusal.conflict(
              "coupon-state", "the coupon is EXPIRED since " + expiresAt + ": take another one");
      case REVOKED ->
          throw Refusal.conflict(
              "coupon-state", "the coupon was REVOKED by its issuer: take another one");
    };
  }

  /**
   * The order applied the discount. If the coupon was revoked before, its revocation is published
   * once more, so that the order loses the discount.
   */
  Change<Coupon> confirmed(String order, Instant now) {
    if (status == CouponStatus.REVOKED) {
      return Change.of(
          this, new CouponEvent.Revoked(id, order, customerId, "it was revoked before", now));
    }
    return status == CouponStatus.CLAIMED && order.equals(orderId) && !confirmed
        ? Change.of(to(CouponStatus.CLAIMED, order, true, now), claimedEvent(now))
        : Change.none(this);
  }

  /** The order was paid with it. */
  Change<Coupon> used(String order, Instant now) {
    if (status != CouponStatus.CLAIMED || !order.equals(orderId)) {
      return Change.none(this);
    }
    List<Event> events = new ArrayList<>();
    if (!confirmed) {
      events.add(claimedEvent(now));
    }
    events.add(new CouponEvent.Used(id, order, customerId, discount, now));
    return new Change<>(to(CouponStatus.USED, order, true, now), events);
  }

  /**
   * The order was withdrawn, or never applied the discount: the customer has the coupon again,
   * unless it was revoked.
   */
  Change<Coupon> restored(String order, Instant now) {
    if (status == CouponStatus.REVOKED && order.equals(orderId)) {
      return Change.of(to(CouponStatus.REVOKED, null, false, now));
    }
    boolean held = status == CouponStatus.CLAIMED || status == CouponStatus.USED;
    return held && order.equals(orderId)
        ? Change.of(
            to(CouponStatus.ISSUED, null, false, now),
            new CouponEvent.Restored(id, order, customerId, now))
        : Change.none(this);
  }

  /** Whether nothing is left to reconcile with this order: it holds the coupon, or nobody does. */
  boolean isReconciledWith(String order) {
    return order.equals(orderId) || status == CouponStatus.REVOKED;
  }

  /** The order holds this coupon, but Redis forgot the claim. */
  Change<Coupon> recovered(String order, boolean paid, Instant now) {
    return switch (status) {
      case ISSUED -> to(CouponStatus.CLAIMED, order, false, now).usedOrConfirmed(order, paid, now);
      case REVOKED ->
          paid ? Change.of(to(CouponStatus.REVOKED, order, false, now)) : Change.none(this);
      case CLAIMED, USED, EXPIRED -> Change.none(this);
    };
  }

  private Change<Coupon> usedOrConfirmed(String order, boolean paid, Instant now) {
    return paid ? used(order, now) : confirmed(order, now);
  }

  /** An unpaid order loses the coupon; an order that is paid before it learns of this keeps it. */
  Change<Coupon> revoke(String reason, Instant now) {
    return switch (status) {
      case ISSUED, CLAIMED ->
          Change.of(
              to(CouponStatus.REVOKED, orderId, false, now),
              new CouponEvent.Revoked(id, orderId, customerId, reason, now));
      case REVOKED -> Change.none(this);
      case USED ->
          throw Refusal.conflict(
              "coupon-state",
              "the coupon was USED for a paid order: it can be revoked when that order is canceled");
      case EXPIRED ->
          throw Refusal.conflict(
              "coupon-state", "the coupon is EXPIRED: there is nothing to revoke");
    };
  }

  private CouponEvent.Claimed claimedEvent(Instant now) {
    return new CouponEvent.Claimed(id, orderId, customerId, discount, now);
  }

  private Coupon to(CouponStatus next, String order, boolean isConfirmed, Instant now) {
    return CouponBuilder.builder(this)
        .status(next)
        .orderId(order)
        .confirmed(isConfirmed)
        .changedAt(now)
        .build();
  }
}
