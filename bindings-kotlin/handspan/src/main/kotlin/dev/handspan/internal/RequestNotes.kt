package dev.handspan.internal

import dev.handspan.HandspanSpan
import dev.handspan.ffi.Attribute
import dev.handspan.ffi.GraphQlOperation
import dev.handspan.ffi.RequestIds
import dev.handspan.ffi.SpanContext
import okhttp3.Request

/** What the app said of a request beforehand, by tags and by the span that it was made in. */
internal class RequestNotes(
    /** Is its trace to be kept? */
    val keep: Boolean = false,
    /** The span that it is a child of. */
    val parent: SpanContext? = null,
    val graphQl: GraphQlOperation? = null,
    val attributes: List<Attribute> = emptyList(),
) {
    /** The ids that a hop goes on with after no hop of ours; the parent's. */
    fun ids(): RequestIds? = parent?.let { RequestIds(it.traceId, spanId = null, it.sessionId, it.sampled) }
}

/** Tag of a request: the app's attributes, as they were when it was tagged. */
internal class RequestAttributes(val all: List<Attribute>, val dropped: Long)

/** On the thread that starts the call: its active span is the parent, if the request names none. */
internal fun notesOf(request: Request, spans: ActiveSpans, counters: Counters): RequestNotes {
    val attributes = request.tag(RequestAttributes::class.java)
    attributes?.let { counters.attributesDropped.addAndGet(it.dropped) }
    return RequestNotes(
        keep = request.isKept,
        parent = (request.tag(HandspanSpan::class.java) ?: spans.current())?.context,
        graphQl = request.tag(GraphQlOperation::class.java),
        attributes = attributes?.all ?: emptyList(),
    )
}
