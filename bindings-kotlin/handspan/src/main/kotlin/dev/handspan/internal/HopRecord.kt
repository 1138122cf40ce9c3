package dev.handspan.internal

import dev.handspan.ffi.FinishedHop
import dev.handspan.ffi.Header
import dev.handspan.ffi.HopPlan
import okhttp3.Headers
import okhttp3.Response

/** A hop of a call that reached the wire. Guarded by its [CallRecord]. */
internal class HopRecord(
    private val method: String,
    private val url: String,
    plan: HopPlan,
    /** What was set on it, if anything. */
    val injected: InjectedHeaders?,
    /** `System.nanoTime()` when it began, where that was seen. */
    private val startNs: Long? = null,
) {
    /** The plan that it followed; where an interceptor of the app's changed what we had set, what went out instead. */
    var plan: HopPlan = plan
        private set

    private var endNs: Long? = null
    private var statusCode: Int? = null
    private var responseHeaders: List<Header> = emptyList()

    /** Its response is there; the core reads the headers of these [names]. */
    fun answered(response: Response, names: List<String>) {
        statusCode = response.code
        responseHeaders = response.headers.named(names)
    }

    /** Its response's headers are there, or it has failed. */
    fun ended(now: Long) {
        endNs = now
    }

    /** What went out differs from what was planned. */
    fun wentOutAs(plan: HopPlan) {
        this.plan = plan
    }

    /** As it is reported, beside its call's [callMethod] and [callStartNs]. */
    fun toRecord(withHeaders: Boolean, callMethod: String, callStartNs: Long, isLast: Boolean): FinishedHop = FinishedHop(
        url = url,
        plan = if (withHeaders || plan.headers.isEmpty()) plan else plan.copy(headers = emptyList()),
        statusCode = statusCode?.toUShort(),
        responseHeaders = responseHeaders,
        method = method.takeIf { it != callMethod },
        startNs = startNs?.let { nanoseconds(callStartNs, it) },
        // The app reads the last answer's body when it likes: that hop ends with its call.
        durationNs = if (isLast && !redirects()) null else startNs?.let { from -> endNs?.let { nanoseconds(from, it) } },
    )

    private fun redirects() = statusCode in 300..399

    private fun nanoseconds(from: Long, until: Long) = (until - from).coerceAtLeast(0).toULong()
}

/** The headers of these names, repeated ones in order. */
internal fun Headers.named(names: List<String>): List<Header> =
    names.flatMap { name -> values(name).map { Header(name, it.wellFormed()) } }

/** The plan of a hop that went out untouched for a [reason] of this side of the boundary. */
internal fun untouched(reason: String): HopPlan = HopPlan(
    traced = false,
    reason = reason,
    hostEntry = null,
    headers = emptyList(),
    traceId = null,
    spanId = null,
    sampled = null,
    sessionId = "",
    rulePsr = null,
)

/** Reason of a hop that the platform leads past us. */
internal const val WEB_SOCKET: String = "web_socket"

/** Reason of a hop whose headers an interceptor of the app's took off. */
internal const val REMOVED_BY_APP: String = "removed_by_app"

/** Reason of a hop that goes out by force; its call's later hops do, too. */
internal const val TRACED_FORCED: String = "traced_forced"

/** Reason of a hop before the core is ready, and after its end. */
internal const val NOT_READY: String = "not_ready"

/** Reason of a hop whose plan failed on our side. */
internal const val INTERNAL_ERROR: String = "internal_error"
