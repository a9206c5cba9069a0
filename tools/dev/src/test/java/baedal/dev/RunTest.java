package baedal.dev;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Json;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./run} prints when it fails, and its exit code. */
class RunTest {

  @TempDir Path home;

  @Test
  void an_unknown_argument_is_named() throws Exception {
    Command run = Command.run(home, Map.of(), "--frehs");
    assertThat(run.end()).isEqualTo(2);
    assertThat(run.error()).contains("'--frehs'", "./run --help");
  }

  @Test
  void an_invalid_setting_is_named() throws Exception {
    Command run = Command.run(home, Map.of("GATEWAY_PORT", "eighty"));
    assertThat(run.end()).isEqualTo(1);
    assertThat(run.error()).isEqualTo("baedal: GATEWAY_PORT must be a port number, not 'eighty'");
  }

  @Test
  void a_port_in_use_is_reported_before_a_server_starts_or_data_is_deleted() throws Exception {
    Path data = Files.writeString(home.resolve("kept"), "data");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> environment = new HashMap<>();
      Settings.onFreePorts().ports().forEach((name, port) -> environment.put(name, "" + port));
      environment.put("MONGO_PORT", "" + taken.getLocalPort());
      Command run = Command.run(home, environment, "--fresh");
      assertThat(run.end()).isEqualTo(1);
      assertThat(run.error()).contains("port " + taken.getLocalPort(), "MONGO_PORT");
      assertThat(run.out()).isEmpty();
    }
    assertThat(data).exists();
  }

  @Test
  void a_data_folder_that_cannot_be_written_is_named() throws Exception {
    Path file = Files.createFile(home.resolve("file"));
    Command run = Command.run(file, Map.of());
    assertThat(run.end()).isEqualTo(1);
    assertThat(run.error()).startsWith("baedal: cannot write to " + file);
  }

  /** An audit with findings exits with 1. */
  @Test
  void an_audit_without_a_running_system_exits_with_2() throws Exception {
    Command audit = Command.run(home, Map.of(), "audit");
    assertThat(audit.end()).isEqualTo(2);
    assertThat(audit.error()).startsWith("baedal: nothing to audit");
    assertThat(audit.out()).isEmpty();
  }

  @Test
  void a_rebuild_waits_while_mypage_is_unavailable_and_exits_with_1_if_it_fails() throws Exception {
    Command rebuild =
        rebuild(
            "202 {\"running\":true,\"finishedAt\":null}",
            "503 {\"title\":\"mypage is unavailable\"}",
            "200 {\"running\":true,\"finishedAt\":null}",
            "200 {\"running\":false,\"finishedAt\":null}");
    assertThat(rebuild.end()).isEqualTo(1);
    assertThat(rebuild.error()).contains("the rebuild failed");
  }

  @Test
  void a_rebuild_that_completes_exits_with_0() throws Exception {
    Command rebuild =
        rebuild(
            "202 {\"running\":true,\"finishedAt\":null,\"events\":0}",
            "200 {\"running\":false,\"finishedAt\":\"2026-01-01T00:00:00Z\",\"events\":7}");
    assertThat(rebuild.end()).isZero();
  }

  /** Runs {@code ./run rebuild} against a gateway that sends these responses, one after another. */
  private Command rebuild(String... answers) throws Exception {
    Queue<String> states = new ConcurrentLinkedQueue<>(List.of(answers));
    HttpServer gateway =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext(
        "/",
        call -> {
          boolean token = call.getRequestURI().getPath().equals("/dev/tokens");
          String[] answer = (token ? "200 {\"token\":\"t\"}" : states.remove()).split(" ", 2);
          byte[] body = answer[1].getBytes(StandardCharsets.UTF_8);
          call.sendResponseHeaders(Integer.parseInt(answer[0]), body.length);
          call.getResponseBody().write(body);
          call.close();
        });
    gateway.start();
    try {
      String port = Integer.toString(gateway.getAddress().getPort());
      Command rebuild = Command.run(home, Map.of("GATEWAY_PORT", port), "rebuild");
      rebuild.end();
      assertThat(states).isEmpty();
      return rebuild;
    } finally {
      gateway.stop(0);
    }
  }

  @Test
  void the_demo_exits_with_1_at_the_step_that_fails() throws Exception {
    HttpServer gateway =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext(
        "/",
        call -> {
          boolean ordering = call.getRequestURI().getPath().equals("/orders");
          byte[] body =
              (ordering
                      ? "{\"title\":\"order is unavailable\"}"
                      : "{\"token\":\"t\",\"items\":[{\"storeId\":\"s\",\"ownerId\":\"o\",\"menuId\":\"m\"}]}")
                  .getBytes(StandardCharsets.UTF_8);
          call.sendResponseHeaders(ordering ? 503 : 200, body.length);
          call.getResponseBody().write(body);
          call.close();
        });
    gateway.start();
    try (FileChannel channel =
            FileChannel.open(
                home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock running = channel.lock()) {
      assertThat(running.isValid()).isTrue();
      Files.writeString(
          home.resolve("run.json"),
          Json.mapper()
              .createObjectNode()
              .put("gateway", "http://127.0.0.1:" + gateway.getAddress().getPort())
              .toString());
      Command demo = Command.run(home, Map.of(), "demo");
      assertThat(demo.end()).isEqualTo(1);
      assertThat(demo.error()).contains("the demo failed", "order is unavailable");
      assertThat(demo.out().lines().toList()).last().asString().contains("orders two");
    } finally {
      gateway.stop(0);
    }
  }
}
