package dev.handspan.conformance;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.skywalking.apm.agent.core.context.CarrierItem;
import org.apache.skywalking.apm.agent.core.context.ContextCarrier;
import org.json.JSONArray;
import org.json.JSONObject;

/**
 * What SkyWalking's agent for Java reads. Its plugins, which would trace a service, are published in no registry of Java
 * packages, so this is the reader that they call.
 */
final class SkyWalkingReader implements Reader {
    @Override
    public JSONObject continued(HttpServletRequest request) {
        ContextCarrier carrier = new ContextCarrier();
        CarrierItem next = carrier.items();
        while (next.hasNext()) {
            next = next.next();
            next.setHeadValue(request.getHeader(next.getHeadKey()));
        }
        JSONArray refs = new JSONArray();
        if (carrier.isValid()) {
            refs.put(new JSONObject()
                .put("trace_id", carrier.getTraceId())
                .put("segment_id", carrier.getTraceSegmentId())
                .put("span_index", carrier.getSpanId())
                .put("service", carrier.getParentService())
                .put("instance", carrier.getParentServiceInstance())
                .put("endpoint", carrier.getParentEndpoint())
                .put("peer", carrier.getAddressUsedAtClient()));
        }
        return new JSONObject()
            .put("version", Version.of(ContextCarrier.class))
            .put("trace_id", carrier.getTraceId())
            .put("refs", refs);
    }
}
