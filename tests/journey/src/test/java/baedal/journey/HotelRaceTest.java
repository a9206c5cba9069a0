package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Guests who want the same room, and guests who cancel while the hotel checks them in. In every
 * round the databases of all services agree on the winner, on the nights and on the money.
 */
class HotelRaceTest extends Races {

  private static TestSystem system;

  private final LocalDate today = LocalDate.now(TestSystem.HOTEL_ZONE);

  @BeforeAll
  static void start() throws IOException {
    system = TestSystem.shared();
  }

  @AfterEach
  void all_services_agree() {
    system.assertDatabasesAgree();
  }

  /** A guest and the guest's reservation. */
  private record Reservation(Client guest, String orderId) {}

  private static Reservation reserve(TestSystem.Shop hotel, LocalDate checkIn, LocalDate checkOut)
      throws IOException {
    Client guest = system.customer();
    return new Reservation(
        guest, system.place(guest, RequestBodies.stay(hotel.storeId(), checkIn, checkOut)));
  }

  /** Waits until the hotel has received or rejected the reservation; returns whether it got it. */
  private static boolean gotRoom(TestSystem.Shop hotel, Reservation reservation)
      throws IOException {
    Client.Answer ticket =
        system.awaitAnswer(
            "the hotel has a ticket",
            hotel.owner(),
            "/foodCookings/" + reservation.orderId(),
            a -> a.status() == 200);
    return !ticket.text("status").equals("REJECTED");
  }

  @Test
  void one_of_five_guests_gets_the_last_room_of_a_night() throws Exception {
    rounds(
        random -> {
          TestSystem.Shop hotel = system.openHotel(1);
          LocalDate checkIn = today.plusDays(1 + random.nextInt(300));
          List<Reservation> reservations = new ArrayList<>();
          List<Callable<Client.Answer>> payments = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            Reservation reservation = reserve(hotel, checkIn, checkIn.plusDays(1));
            reservations.add(reservation);
            payments.add(() -> system.pay(reservation.guest(), reservation.orderId()));
          }
          assertThat(race(random, payments)).extracting(Client.Answer::status).containsOnly(201);
          int rooms = 0;
          for (Reservation reservation : reservations) {
            if (gotRoom(hotel, reservation)) {
              rooms++;
            } else {
              system.awaitStatus(reservation.guest(), reservation.orderId(), "REJECTED");
            }
          }
          assertThat(rooms).isEqualTo(1);
        });
  }

  /** Brazil is twelve hours behind Korea, so it is morning in one of the two time zones. */
  private static ZoneId whereItIsMorning() {
    return Stream.of(TestSystem.HOTEL_ZONE, ZoneId.of("America/Sao_Paulo"))
        .filter(zone -> LocalTime.now(zone).isBefore(LocalTime.NOON))
        .findFirst()
        .orElseThrow();
  }

  /** A guest can check in all day, and cancel until the last minute of the day. */
  @Test
  void either_a_cancellation_or_the_check_in_wins() throws Exception {
    ZoneId zone = whereItIsMorning();
    LocalDate arrival = LocalDate.now(zone);
    TestSystem.Shop hotel = system.openHotel(1_000, zone, LocalTime.of(23, 59));
    Handicap checkIn = new Handicap();
    rounds(
        checkIn,
        random -> {
          Reservation reservation = reserve(hotel, arrival, arrival.plusDays(2));
          String orderId = reservation.orderId();
          assertThat(system.pay(reservation.guest(), orderId).status()).isEqualTo(201);
          system.handleTicket(hotel, orderId, "accept", "start");
          List<Client.Answer> answers =
              race(
                  random,
                  List.of(
                      () -> reservation.guest().post("/orders/" + orderId + "/cancel", null),
                      () -> {
                        checkIn.await(random);
                        return hotel.owner().post("/foodCookings/" + orderId + "/finish", null);
                      }));
          assertThat(answers.get(0).status()).isIn(200, 202, 409);
          assertThat(answers.get(1).status()).isIn(200, 409);
          boolean checkedIn = answers.get(1).status() == 200;
          system.awaitStatus(reservation.guest(), orderId, checkedIn ? "COOKED" : "CANCELED");
          checkIn.record(checkedIn);
        });
  }

  /** One room, and stays of one to four nights within one week. */
  @Test
  void overlapping_stays_never_share_a_night_of_one_room() throws Exception {
    rounds(
        random -> {
          TestSystem.Shop hotel = system.openHotel(1);
          LocalDate monday = today.plusDays(10);
          List<Reservation> reservations = new ArrayList<>();
          List<Callable<Client.Answer>> payments = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            LocalDate checkIn = monday.plusDays(random.nextInt(6));
            Reservation reservation =
                reserve(hotel, checkIn, checkIn.plusDays(1 + random.nextInt(4)));
            reservations.add(reservation);
            payments.add(() -> system.pay(reservation.guest(), reservation.orderId()));
          }
          assertThat(race(random, payments)).extracting(Client.Answer::status).containsOnly(201);
          List<LocalDate> taken = new ArrayList<>();
          for (Reservation reservation : reservations) {
            if (gotRoom(hotel, reservation)) {
              taken.addAll(nights(reservation));
            } else {
              system.awaitStatus(reservation.guest(), reservation.orderId(), "REJECTED");
            }
          }
          assertThat(taken).isNotEmpty().doesNotHaveDuplicates();
        });
  }

  private static List<LocalDate> nights(Reservation reservation) throws IOException {
    JsonNode stay = reservation.guest().get("/orders/" + reservation.orderId()).body().path("stay");
    LocalDate checkIn = LocalDate.parse(stay.path("checkIn").asText());
    return checkIn.datesUntil(LocalDate.parse(stay.path("checkOut").asText())).toList();
  }
}
