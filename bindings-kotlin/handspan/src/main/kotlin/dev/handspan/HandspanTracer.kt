package dev.handspan

import dev.handspan.internal.ActiveSpans
import dev.handspan.internal.Recorder

/**
 * Begins spans of the app's own; [Handspan.tracer] is the one. They are sampled with the session and by
 * [HandspanConfiguration.traceSampleRate]; a child goes with its parent. Thread-safe.
 */
public class HandspanTracer internal constructor(private val recorder: Recorder, internal val spans: ActiveSpans) {
    /** The span that this thread is in; `null`: none. */
    public val activeSpan: HandspanSpan? get() = spans.current()

    /**
     * Begins a span, which [HandspanSpan.end] ends; it is not made the active one. Never throws and returns without waiting. Before
     * the library is loaded, and while nothing is recorded, the span has no ids and does nothing.
     *
     * @param name what it does.
     * @param parent the span that it is a part of. Default: [activeSpan]; `null`: none, it begins a trace.
     * @param attributes as in [HandspanMonitor].
     */
    @JvmOverloads
    public fun startSpan(
        name: String,
        parent: HandspanSpan? = activeSpan,
        attributes: Map<String, Any?> = emptyMap(),
    ): HandspanSpan {
        val above = parent?.context
        val context = recorder.guard(null) { recorder.core?.startSpan(above) }
        val read = if (context == null) emptyList() else recorder.guard(emptyList()) { recorder.reader().attributes(attributes) }
        // A parent of another trace is none: the core knows best.
        val parentSpanId = above?.spanId?.takeIf { context?.traceId == above.traceId }
        return HandspanSpan(recorder, spans, name, context, parentSpanId, read)
    }

    /**
     * Runs [block] in a span of its own, the active one of this thread. What the block throws is noted on the span and thrown on.
     */
    @JvmOverloads
    public fun <T> withinSpan(
        name: String,
        parent: HandspanSpan? = activeSpan,
        attributes: Map<String, Any?> = emptyMap(),
        block: (HandspanSpan) -> T,
    ): T {
        val span = startSpan(name, parent, attributes)
        val scope = span.makeCurrent()
        try {
            return block(span)
        } catch (failure: Throwable) {
            span.setError(failure)
            throw failure
        } finally {
            scope.close()
            span.end()
        }
    }
}
