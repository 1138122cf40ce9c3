package dev.handspan

/** A set of headers in which a backend expects the trace of a request. */
public enum class TraceFormat(internal val wireName: String) {
    /** `x-datadog-*`: six headers, read by Datadog's tracers. */
    DATADOG("datadog"),

    /** W3C Trace Context: `traceparent` and `tracestate`, read by Datadog's and OpenTelemetry's tracers. */
    TRACECONTEXT("tracecontext"),

    /** B3, one header: `b3`, read by Zipkin's tracers. */
    B3("b3"),

    /** B3, a header a field: `X-B3-TraceId`, `X-B3-SpanId`, `X-B3-Sampled`. */
    B3MULTI("b3multi"),

    /** `sw8`, read by SkyWalking's agents. A trace that is not kept has no `sw8`, whatever [TraceContextInjection] says. */
    SW8("sw8"),

    /** W3C Baggage: `baggage` with the session's, user's and account's id. Beside another format only; alone it is refused. */
    BAGGAGE("baggage"),
}
