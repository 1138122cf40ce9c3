package dev.handspan.conformance;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import org.json.JSONObject;

/** OpenTelemetry's agent. */
final class OpenTelemetryReader implements Reader {
    @Override
    public JSONObject continued(HttpServletRequest request) {
        SpanContext span = Span.current().getSpanContext();
        TextMapPropagator propagator = GlobalOpenTelemetry.getPropagators().getTextMapPropagator();
        // A span that is not recorded doesn't know its parent; the propagator that gave it does.
        SpanContext parent = Span.fromContext(propagator.extract(Context.root(), request, GETTER)).getSpanContext();
        JSONObject baggage = new JSONObject();
        Baggage.current().forEach((name, entry) -> baggage.put(name, entry.getValue()));
        JSONObject onward = new JSONObject();
        propagator.inject(Context.current(), onward, JSONObject::put);
        return new JSONObject()
            .put("version", Version.ofAgent())
            .put("trace_id", span.getTraceId())
            .put("parent_id", parent.isValid() ? parent.getSpanId() : JSONObject.NULL)
            .put("sampled", span.isSampled())
            .put("baggage", baggage)
            .put("onward", onward);
    }

    private static final TextMapGetter<HttpServletRequest> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpServletRequest request) {
            return Collections.list(request.getHeaderNames());
        }

        @Override
        public String get(HttpServletRequest request, String name) {
            return request == null ? null : request.getHeader(name);
        }
    };
}
