package baedal.events;

import java.util.List;

/**
 * One line of an order; {@code unitPrice} in won includes the options, {@code amount = quantity *
 * unitPrice}. {@code optionPrices} are what the options cost in won, in their order; empty on lines
 * from before they were kept.
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
