package dev.handspan

/** A set of headers in which a backend expects the trace of a request. */
public enum class TraceFormat(internal val wireName: String) {
    /** `x-datadog-*`: six headers, read by Datadog's tracers. */
    DATADOG("datadog"),

    /** W3C Trace Context: `traceparent` and `tracestate`, read by Datadog's and OpenTelemetry's tracers. */
    TRACECONTEXT("tracecontext"),
}
