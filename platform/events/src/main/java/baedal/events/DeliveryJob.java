package baedal.events;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The part of an order that the rider service needs.
 *
 * @param customerId the customer, who may follow the delivery
 * @param to the destination; may be null
 * @param parcel may be null
 * @param memo may be null
 * @param collect the amount in won that the rider collects; 0 if the order is prepaid
 * @param riderId the rider whom the store assigned; may be null
 * @param ownerId the owner of the store, who may follow the delivery; null in events that are older
 *     than this field
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

  /** Returns a copy with another destination and memo. */
  public DeliveryJob withDestination(Address newTo, String newMemo) {
    return DeliveryJobBuilder.builder(this).to(newTo).memo(newMemo).build();
  }
}
