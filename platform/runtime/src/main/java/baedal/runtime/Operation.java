package baedal.runtime;

import io.vertx.core.http.HttpMethod;

/**
 * One operation of a contract: its method and path, who may call it, and the rules for its
 * requests.
 */
record Operation(
    String method, String path, Authorization authorization, RequestValidation validation) {

  HttpMethod httpMethod() {
    return HttpMethod.valueOf(method);
  }

  /** The path in the syntax of vertx-web: {@code /orders/:orderId}. */
  String route() {
    return path.replaceAll("\\{([^}]+)}", ":$1");
  }

  boolean matches(String requestPath) {
    return requestPath.matches(path.replaceAll("\\{[^}]+}", "[^/]+"));
  }

  /** The name of the path parameter in this segment, or an empty text. The first segment is 1. */
  String parameterAt(int segment) {
    String[] segments = path.split("/", -1);
    String template = segment < segments.length ? segments[segment] : "";
    return template.startsWith("{") ? template.substring(1, template.length() - 1) : "";
  }
}
