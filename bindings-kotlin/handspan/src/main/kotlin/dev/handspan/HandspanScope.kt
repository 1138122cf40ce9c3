package dev.handspan

import dev.handspan.internal.ActiveSpans
import java.io.Closeable

/** The time in which a span is the active one of a thread. To be closed on that thread; made by [HandspanSpan.makeCurrent]. */
public class HandspanScope internal constructor(
    private val spans: ActiveSpans,
    internal val span: HandspanSpan,
    internal val outer: HandspanScope?,
) : Closeable {
    @Volatile
    internal var closed: Boolean = false
        private set

    /** The span that was active before is so again. The span goes on: [HandspanSpan.end] ends it. */
    override fun close() {
        closed = true
        spans.current()
    }
}
