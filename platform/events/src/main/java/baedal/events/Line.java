package baedal.events;

import java.util.List;

/**
 * One line of an order. Prices and amounts are in won.
 *
 * @param unitPrice includes the options
 * @param optionPrices the price of each option, at the same index as in {@code options}; empty in
 *     lines that are older than this field
 * @param amount {@code quantity * unitPrice}
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
