package baedal.events;

/**
 * The part of an order that the rider service needs: the two addresses, the amount to collect in
 * won (0 if prepaid), the rider whom the store assigned, and the customer and the owner, who may
 * follow the delivery. {@code to}, {@code parcel}, {@code memo} and {@code riderId} may be null.
 * {@code ownerId} is null in events older than this field.
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
