package baedal.events;

/**
 * All that a rider must know about an order: from where to where, how much to collect in won (0
 * when prepaid), and the rider the store assigned, if any; and who may follow it: the customer and
 * the store's owner. {@code to}, {@code parcel}, {@code memo} and {@code riderId} may be null, and
 * {@code ownerId} in events from before that field.
 */
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
    String ownerId) {}
