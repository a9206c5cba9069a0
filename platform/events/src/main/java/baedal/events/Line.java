package baedal.events;

import java.util.List;

/**
 * One line of an order; {@code unitPrice} in won includes the options, {@code amount = quantity *
 * unitPrice}. {@code optionPrices} are the prices of the options in won, in their order; empty in
 * lines older than this field.
 */
public record Line(
    String menuId,
    String name,
    int quantity,
    long unitPrice,
    List<String> options,
    List<Long> optionPrices,
    long amount) {

  public Line {
    options = List.copyOf(options);
    optionPrices = optionPrices == null ? List.of() : List.copyOf(optionPrices);
  }
}
