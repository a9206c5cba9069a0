package baedal.bench;

import baedal.dev.Client;

/** A store of the scenarios with the menu {@link OrderRequests#MENU}, and its owner. */
record Shop(String storeId, Client owner) {}
