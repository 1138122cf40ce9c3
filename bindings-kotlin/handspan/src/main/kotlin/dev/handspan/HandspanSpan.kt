package dev.handspan

import dev.handspan.ffi.Attribute
import dev.handspan.ffi.AttributeValue
import dev.handspan.ffi.FinishedSpan
import dev.handspan.ffi.RumCommand
import dev.handspan.ffi.SpanContext
import dev.handspan.internal.ActiveSpans
import dev.handspan.internal.Failure
import dev.handspan.internal.Recorder
import dev.handspan.internal.bounded
import dev.handspan.internal.failureOf
import java.io.Closeable

/**
 * A span of the app's own: a part of its work, in the trace that its requests continue. Made by [HandspanTracer.startSpan], recorded
 * when it ends. Nothing here throws. Thread-safe.
 *
 * A request becomes its child where it is started ([okhttp3.Call.execute] or `enqueue`) while the span is active on that thread, or
 * where it is tagged by [parentSpan].
 */
public class HandspanSpan internal constructor(
    private val recorder: Recorder,
    private val spans: ActiveSpans,
    private val name: String,
    internal val context: SpanContext?,
    private val parentSpanId: String?,
    attributes: List<Attribute>,
) : Closeable {
    private val startNs = System.nanoTime()
    private val attributes = attributes.associateTo(LinkedHashMap<String, AttributeValue>()) { it.name to it.value }
    private var failure: Failure? = null

    @Volatile
    internal var ended: Boolean = false
        private set

    /** Id of its trace, 32 hex digits; `null` where it is not recorded: before the library is loaded, or without consent. */
    public val traceId: String? get() = context?.traceId

    /** Its own id, 16 hex digits; `null` as [traceId]. */
    public val spanId: String? get() = context?.spanId

    /** Is its trace kept? */
    public val isSampled: Boolean get() = context?.sampled == true

    /** On the span, in place of an earlier value of this name. As in [HandspanMonitor]; after the end nothing happens. */
    public fun setAttribute(name: String, value: Any?): HandspanSpan = apply {
        if (context == null) return@apply
        recorder.guard(Unit) {
            val read = recorder.reader().attributes(name, value)
            synchronized(attributes) { read.forEach { attributes[it.name] = it.value } }
        }
    }

    /** It has failed, by this. The last one counts; after the end nothing happens. */
    public fun setError(throwable: Throwable): HandspanSpan = apply {
        if (context == null) return@apply
        recorder.guard(Unit) {
            val read = failureOf(throwable)
            synchronized(attributes) { failure = read }
        }
    }

    /**
     * Makes it the active span of this thread, until the scope is closed.
     *
     * ```
     * span.makeCurrent().use { client.newCall(request).execute() }
     * ```
     */
    public fun makeCurrent(): HandspanScope = spans.enter(this)

    /** It has ended. The second time nothing happens. */
    public fun end(): Unit = recorder.guard(Unit) {
        val finished = synchronized(attributes) {
            if (ended) return
            ended = true
            context?.let { finished(it) }
        }
        if (finished != null) recorder.say(RumCommand.FinishSpan(finished))
    }

    /** [end], so that `use` and try-with-resources end it. */
    override fun close(): Unit = end()

    private fun finished(context: SpanContext) = FinishedSpan(
        context = context,
        parentSpanId = parentSpanId,
        name = name.bounded(),
        durationNs = (System.nanoTime() - startNs).coerceAtLeast(0).toULong(),
        errorType = failure?.type,
        errorMessage = failure?.message,
        errorStack = failure?.stack,
        attributes = attributes.map { (name, value) -> Attribute(name, value) },
    )

    override fun toString(): String = "HandspanSpan($name, trace=$traceId, span=$spanId)"
}
