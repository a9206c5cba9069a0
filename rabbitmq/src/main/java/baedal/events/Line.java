package baedal.events;

import java.util.List;

/**
 * One line of an order; {@code unitPrice} in won includes the options, {@code amount = quantity *
 * unitPrice}.
 */
public record Line(
    String menuId, String name, int quantity, long unitPrice, List<String> options, long amount) {

  public Line {
    options = List.copyOf(options);
  }
}
