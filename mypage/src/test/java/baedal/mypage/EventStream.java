package baedal.mypage;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The client of one stream of server-sent events. It collects the events that it receives. */
final class EventStream {

  private static final Pattern EVENT =
      Pattern.compile("(?:id: (\\S+)\\n)?event: (\\S+)\\ndata: (.*)\\n\\n");

  private static final Pattern RETRY = Pattern.compile("^retry: (\\d+)\n\n");

  record Event(String id, String name, JsonObject data) {}

  private final Buffer received = Buffer.buffer();
  private final HttpClientResponse response;
  private boolean ended;

  private EventStream(HttpClientResponse response) {
    this.response = response;
  }

  static HttpClient client(Vertx vertx) {
    return vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(100));
  }

  static EventStream open(HttpClient client, int port, String path, Map<String, String> headers) {
    RequestOptions options =
        new RequestOptions().setMethod(HttpMethod.GET).setPort(port).setHost("127.0.0.1");
    options.setURI(path);
    headers.forEach(options::addHeader);
    return client
        .request(options)
        .compose(request -> request.send().map(EventStream::reading))
        .await();
  }

  private static EventStream reading(HttpClientResponse response) {
    EventStream stream = new EventStream(response);
    response.handler(stream::receive).endHandler(v -> stream.end());
    response.exceptionHandler(e -> stream.end());
    return stream;
  }

  private synchronized void receive(Buffer chunk) {
    received.appendBuffer(chunk);
  }

  private synchronized void end() {
    ended = true;
  }

  int status() {
    return response.statusCode();
  }

  synchronized boolean ended() {
    return ended;
  }

  synchronized List<Event> events(String name) {
    List<Event> events = new ArrayList<>();
    Matcher matcher = EVENT.matcher(received.toString());
    while (matcher.find()) {
      if (matcher.group(2).equals(name)) {
        events.add(new Event(matcher.group(1), name, new JsonObject(matcher.group(3))));
      }
    }
    return events;
  }

  /** The time after which the client has to reconnect when the stream ends. */
  synchronized int reconnectMillis() {
    Matcher retry = RETRY.matcher(received.toString());
    assertThat(retry.find()).as(received.toString()).isTrue();
    return Integer.parseInt(retry.group(1));
  }

  /** The status of each page that was sent, in order. */
  List<String> statuses() {
    return events("status").stream().map(event -> event.data().getString("status")).toList();
  }

  String lastId() {
    List<Event> events = events("status");
    return events.get(events.size() - 1).id();
  }

  void stopReading() {
    response.pause();
  }

  void resumeReading() {
    response.resume();
  }

  void disconnect() {
    response.request().connection().close();
  }
}
