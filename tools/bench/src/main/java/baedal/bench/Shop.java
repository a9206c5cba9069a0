package baedal.bench;

import baedal.dev.Client;
import java.time.ZoneId;

/** A store of the scenarios with the menu {@link OrderRequests#MENU}, and its owner. */
record Shop(String storeId, Client owner) {

  /** The time zone of the hotel. */
  static final ZoneId HOTEL_ZONE = ZoneId.of("Asia/Seoul");
}
