package baedal.runtime;

import io.vertx.core.http.HttpMethod;

/**
 * One operation of a contract: its place, who may call it, and what its requests must look like.
 */
record Operation(
    String method, String path, Authorization authorization, RequestValidation validation) {

  HttpMethod httpMethod() {
    return HttpMethod.valueOf(method);
  }

  /** The path as vertx-web writes it: {@code /orders/:orderId}. */
  String route() {
    return path.replaceAll("\\{([^}]+)}", ":$1");
  }

  boolean matches(String requestPath) {
    return requestPath.matches(path.replaceAll("\\{[^}]+}", "[^/]+"));
  }

  /** The name of the path parameter in a segment (the first one is 1); empty when there is none. */
  String parameterAt(int segment) {
    String[] segments = path.split("/", -1);
    String template = segment < segments.length ? segments[segment] : "";
    return template.startsWith("{") ? template.substring(1, template.length() - 1) : "";
  }
}
