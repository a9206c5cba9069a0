package baedal.events;

import java.util.List;

/**
 * One line of an order. Prices and amounts are in won.
 *
 * @param unitPrice includes the options; for a room, the sum of all nights
 * @param optionPrices the price of each option, at the same index as in {@code options}; empty in
 *     lines that are older than this field
 * @param nightPrices for a room, the price of each night of the stay without options; otherwise
 *     empty
 * @param amount {@code quantity * unitPrice}
 */
public record Line(
    String menuId,
    String name,
    int quantity,
    long unitPrice,
    List<String> options,
    List<Long> optionPrices,
    List<Long> nightPrices,
    long amount) {

  public Line {
    options = List.copyOf(options);
    optionPrices = optionPrices == null ? List.of() : List.copyOf(optionPrices);
    nightPrices = nightPrices == null ? List.of() : List.copyOf(nightPrices);
  }
}
