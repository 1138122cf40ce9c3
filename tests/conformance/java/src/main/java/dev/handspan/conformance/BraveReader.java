package dev.handspan.conformance;

import brave.Span;
import brave.Tracing;
import brave.propagation.TraceContext;
import brave.jakarta.servlet.TracingFilter;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.catalina.Context;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.json.JSONObject;

/** Brave with its servlet filter, as its documentation sets it up. */
final class BraveReader implements Reader {
    private final Tracing tracing = Tracing.newBuilder().localServiceName("conformance").build();

    @Override
    public void install(Context context) {
        FilterDef filter = new FilterDef();
        filter.setFilterName("brave");
        filter.setFilter(TracingFilter.create(tracing));
        context.addFilterDef(filter);
        FilterMap everywhere = new FilterMap();
        everywhere.setFilterName("brave");
        everywhere.addURLPattern("/*");
        context.addFilterMap(everywhere);
    }

    @Override
    public JSONObject continued(HttpServletRequest request) {
        Span span = tracing.tracer().currentSpan();
        TraceContext context = span.context();
        // By default the service shares its client's span, and so its id.
        String client = context.shared() ? context.spanIdString() : context.parentIdString();
        return new JSONObject()
            .put("version", Version.of(Tracing.class))
            .put("trace_id", "0".repeat(32 - context.traceIdString().length()) + context.traceIdString())
            .put("parent_id", client)
            .put("sampled", context.sampled());
    }
}
