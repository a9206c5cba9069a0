package baedal.events;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The part of an order that the rider service needs: the two addresses, the amount to collect in
 * won (0 if prepaid), the rider whom the store assigned, and the customer and the owner, who may
 * follow the delivery. {@code to}, {@code parcel}, {@code memo} and {@code riderId} may be null.
 * {@code ownerId} is null in events older than this field.
 */
@RecordBuilder
public record DeliveryJob(
    String storeId,
    String storeName,
    String customerId,
    Fulfilment fulfilment,
    Address from,
    Address to,
    Parcel parcel,
    String memo,
    long collect,
    String riderId,
    String ownerId) {

  /** The job after the customer changed the destination or the memo. */
  public DeliveryJob withDestination(Address newTo, String newMemo) {
    return DeliveryJobBuilder.builder(this).to(newTo).memo(newMemo).build();
  }
}
