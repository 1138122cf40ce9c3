package dev.handspan.conformance;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.catalina.Context;
import org.json.JSONObject;

/** Asks one tracer what it continued. */
interface Reader {
    /** Adds the tracer to the service, where it is not an agent that adds itself. */
    default void install(Context context) {}

    /** What the span of this request continues; called while it is active. */
    JSONObject continued(HttpServletRequest request);
}
