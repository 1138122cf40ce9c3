package dev.handspan.conformance;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import org.json.JSONObject;

/**
 * Datadog's agent. It has no public API that tells a span's parent and its baggage: those are asked of its classes by name.
 */
final class DatadogReader implements Reader {
    private static final String ONWARD = "/onward";

    @Override
    public JSONObject continued(HttpServletRequest request) {
        if (request.getRequestURI().equals(ONWARD)) {
            return headers(request);
        }
        try {
            Object active = agent("datadog.trace.bootstrap.instrumentation.api.AgentTracer")
                .getMethod("activeSpan").invoke(null);
            Object span = call(active, "getLocalRootSpan");
            long parent = (Long) call(span, "getParentId");
            return new JSONObject()
                .put("version", Version.ofAgent())
                .put("trace_id", call(call(span, "getTraceId"), "toHexString"))
                .put("parent_id", parent == 0 ? JSONObject.NULL : String.format("%016x", parent))
                .put("baggage", baggage())
                .put("onward", onward(request));
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    private static Map<?, ?> baggage() throws ReflectiveOperationException {
        Class<?> context = agent("datadog.context.Context");
        Object baggage = agent("datadog.trace.bootstrap.instrumentation.api.Baggage")
            .getMethod("fromContext", context)
            .invoke(null, context.getMethod("current").invoke(null));
        return baggage == null ? Map.of() : (Map<?, ?>) call(baggage, "asMap");
    }

    /** The headers of a request that this service sends: to itself, by a client that the agent traces. */
    private static JSONObject onward(HttpServletRequest request) {
        URI here = URI.create("http://127.0.0.1:" + request.getLocalPort() + ONWARD);
        try (InputStream answer = here.toURL().openStream()) {
            return new JSONObject(new String(answer.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static JSONObject headers(HttpServletRequest request) {
        JSONObject headers = new JSONObject();
        Collections.list(request.getHeaderNames()).forEach(name -> headers.put(name, request.getHeader(name)));
        return headers;
    }

    /** A class of the agent, which the JVM itself has loaded. */
    private static Class<?> agent(String name) throws ClassNotFoundException {
        return Class.forName(name, true, null);
    }

    private static Object call(Object object, String method) throws ReflectiveOperationException {
        return object.getClass().getMethod(method).invoke(object);
    }
}
