package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;

/** One stored record: its id, and its state as {@link StoredJson} reads it. */
record StoredState(String id, JsonNode state) {}
