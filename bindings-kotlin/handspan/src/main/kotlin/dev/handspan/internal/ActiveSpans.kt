package dev.handspan.internal

import dev.handspan.HandspanScope
import dev.handspan.HandspanSpan

/** Which span each thread is in. Thread-safe. */
internal class ActiveSpans {
    private val innermost = ThreadLocal<HandspanScope>()

    /** The innermost span of this thread that goes on. */
    fun current(): HandspanSpan? {
        val top = innermost.get()
        var scope = top
        // Closed in another order or on another thread, or ended and never closed: over all the same.
        while (scope != null && (scope.closed || scope.span.ended)) scope = scope.outer
        if (scope !== top) if (scope == null) innermost.remove() else innermost.set(scope)
        return scope?.span
    }

    fun enter(span: HandspanSpan): HandspanScope {
        current()
        return HandspanScope(this, span, innermost.get()).also { innermost.set(it) }
    }
}
