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
 * A discount that a customer holds and can use for one order.
 *
 * @param campaignId the campaign that issued the coupon; null if an order earned it, and in coupons
 *     that are older than this field
 * @param issuedWith the order that earned the coupon, or the paid order that brought it; null if
 *     the customer took it, and in coupons that are older than this field
 * @param withdrawn whether the paid order {@code issuedWith} was canceled or rejected: then the
 *     coupon is USED or REVOKED
 * @param discount in won
 * @param orderId the order that claimed the coupon, or null
 * @param confirmed whether the order {@code orderId} is known to have applied the discount; until
 *     then the coupon service repeats its request to apply it
 */
@RecordBuilder
public record Coupon(
    String id,
    String customerId,
    String campaignId,
    String issuedWith,
    boolean withdrawn,
    String name,
    long discount,
    CouponStatus status,
    String orderId,
    boolean confirmed,
    Instant issuedAt,
    Instant expiresAt,
    Instant changedAt) {

  private static final String ORDER_WITHDRAWN =
      "the order that brought the coupon was canceled or rejected";

  /**
   * Issues a coupon. Changes nothing if the coupon exists, that is, if {@code before} is not null.
   * {@code issuedWith} and {@code campaignId} may be null.
   */
  static Change<Coupon> issue(
      Coupon before,
      String id,
      String customerId,
      String name,
      long discount,
      String issuedWith,
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
            .campaignId(campaignId)
            .issuedWith(issuedWith)
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
            id, issuedWith, customerId, campaignId, name, discount, expiresAt, now));
  }

  /** The status that clients see: an issued coupon is EXPIRED from {@code expiresAt} on. */
  CouponStatus status(Instant now) {
    return status == CouponStatus.ISSUED && !expiresAt.isAfter(now) ? CouponStatus.EXPIRED : status;
  }

  /** Claims the coupon for an order. A repeated claim for the same order changes nothing. */
  Change<Coupon> claim(String order, Instant now) {
    return switch (status(now)) {
      case ISSUED -> Change.of(to(CouponStatus.CLAIMED, order, false, now));
      case CLAIMED, USED -> {
        if (!order.equals(orderId)) {
          throw Refusal.conflict(
              "coupon-state",
              status == CouponStatus.USED
                  ? "the coupon was USED for another order: use another coupon"
                  : "the coupon is CLAIMED by another order: cancel that order, or use another"
                      + " coupon");
        }
        yield Change.none(this);
      }
      case EXPIRED ->
          throw Refusal.conflict(
              "coupon-state", "the coupon is EXPIRED since " + expiresAt + ": use another one");
      case REVOKED ->
          throw Refusal.conflict(
              "coupon-state", "the coupon was REVOKED by its issuer: use another one");
    };
  }

  /**
   * Records that the order has applied the discount. If the coupon was revoked before, publishes
   * the revocation again, so that the order removes the discount.
   */
  Change<Coupon> confirmed(String order, Instant now) {
    if (status == CouponStatus.REVOKED) {
      return Change.of(
          this,
          new CouponEvent.Revoked(
              id, order, customerId, "revoked before the order applied it", now));
    }
    return status == CouponStatus.CLAIMED && order.equals(orderId) && !confirmed
        ? Change.of(to(CouponStatus.CLAIMED, order, true, now), claimedEvent(now))
        : Change.none(this);
  }

  /** Records that the order was paid, which also confirms the claim. */
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
   * Releases the claim of an order that was canceled, rejected or expired, or that refused the
   * discount. The customer can use the coupon again, unless it was revoked. A coupon is revoked now
   * if the order that brought it was withdrawn while the coupon was used.
   */
  Change<Coupon> restored(String order, Instant now) {
    if (!order.equals(orderId)) {
      return Change.none(this);
    }
    return switch (status) {
      case CLAIMED, USED ->
          withdrawn
              ? Change.of(
                  to(CouponStatus.REVOKED, null, false, now),
                  new CouponEvent.Revoked(id, order, customerId, ORDER_WITHDRAWN, now))
              : Change.of(
                  to(CouponStatus.ISSUED, null, false, now),
                  new CouponEvent.Restored(id, order, customerId, now));
      case REVOKED -> Change.of(to(CouponStatus.REVOKED, null, false, now));
      case ISSUED, EXPIRED -> Change.none(this);
    };
  }

  /**
   * Whether the coupon is stored as claimed or used by this order, or is revoked. If so, the coupon
   * service does not ask the order service whether the order holds the coupon.
   */
  boolean isReconciledWith(String order) {
    return order.equals(orderId) || status == CouponStatus.REVOKED;
  }

  /** Restores the claim of an order that holds this coupon, if Redis has lost the claim. */
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

  /**
   * Revokes the coupon. An unpaid order loses the discount. An order that is paid before it
   * receives the revocation keeps the discount.
   */
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
              "the coupon was USED for a paid order: it can be revoked after that order is"
                  + " canceled");
      case EXPIRED ->
          throw Refusal.conflict("coupon-state", "the coupon is EXPIRED: it need not be revoked");
    };
  }

  /**
   * Records that the paid order that brought the coupon was canceled or rejected. Revokes the
   * coupon, unless a paid order uses it.
   */
  Change<Coupon> orderWithdrawn(Instant now) {
    if (withdrawn) {
      return Change.none(this);
    }
    Coupon next = CouponBuilder.builder(this).withdrawn(true).changedAt(now).build();
    return status == CouponStatus.USED ? Change.of(next) : next.revoke(ORDER_WITHDRAWN, now);
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
