package dev.handspan.internal

import dev.handspan.ffi.FinishedHop
import dev.handspan.ffi.HopPlan

/** A hop of a call that reached the wire. Guarded by its [CallRecord]. */
internal class HopRecord(
    private val url: String,
    val plan: HopPlan,
    /** What was set on it, if anything. */
    val injected: InjectedHeaders?,
) {
    /** Status of its response. */
    var statusCode: Int? = null

    fun toRecord(withHeaders: Boolean): FinishedHop = FinishedHop(
        url = url,
        plan = if (withHeaders || plan.headers.isEmpty()) plan else plan.copy(headers = emptyList()),
        statusCode = statusCode?.toUShort(),
    )
}

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

/** Reason of a hop before the core is ready, and after its end. */
internal const val NOT_READY: String = "not_ready"

/** Reason of a hop whose plan failed on our side. */
internal const val INTERNAL_ERROR: String = "internal_error"
