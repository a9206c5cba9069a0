package baedal.bench;

import baedal.dev.Client;

/** A store with the menu {@link OrderRequests#MENU}, and its owner. */
record Shop(String storeId, Client owner) {}
