package dev.handspan

/** What a request gets that sampling has not kept. */
public enum class TraceContextInjection(internal val wireName: String) {
    /** Nothing: it leaves without any trace header, and the backend decides for itself. */
    SAMPLED("sampled"),

    /** Headers that say "not kept", so that the backend drops the trace as well. */
    ALL("all"),
}
