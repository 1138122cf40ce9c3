package dev.handspan.internal

import dev.handspan.Explanation
import dev.handspan.HandspanState
import dev.handspan.ffi.HopRequest
import okhttp3.HttpUrl.Companion.toHttpUrlOrNull
import okhttp3.Request

/** Why this request is or is not traced. */
internal fun explain(lifecycle: CoreLifecycle, counters: Counters, tracker: CallTracker, request: Request): Explanation =
    explain(lifecycle, counters) { core ->
        val notes = tracker.notes(request)
        hopRequest(tracker.withoutOurs(request), core.traceHeaderNames, notes.ids(), notes.keep)
    }

/** The same of a URL, as a person writes it. */
internal fun explain(lifecycle: CoreLifecycle, counters: Counters, tracker: CallTracker, url: String): Explanation {
    val parsed = url.toHttpUrlOrNull()
    if (parsed != null) return explain(lifecycle, counters, tracker, Request.Builder().url(parsed).build())
    // No request of OkHttp's: the core says what is wrong with its scheme, or else that it has no host.
    val scheme = url.substringBefore(":", "")
    return explain(lifecycle, counters) { HopRequest("GET", scheme.wellFormed(), "", 0u, "", emptyList(), null) }
}

private fun explain(lifecycle: CoreLifecycle, counters: Counters, request: (Core) -> HopRequest): Explanation {
    // The state first: a core that stops in between has an answer all the same.
    val state = lifecycle.state
    val core = lifecycle.core ?: return withoutCore(NOT_READY, words(state, lifecycle.reason))
    val failed = withoutCore(INTERNAL_ERROR, "Not traced: an error of Handspan's, counted in its status.")
    return counters.guard(failed) { core.explain(request(core)).toPublic() }
}

private fun words(state: HandspanState, reason: String?) = when (state) {
    HandspanState.STARTING, HandspanState.READY -> "Not traced: Handspan is still starting."
    HandspanState.STOPPED -> "Not traced: Handspan was shut down."
    HandspanState.FAILED -> "Not traced: Handspan could not be started. $reason"
}

private fun withoutCore(reason: String, words: String) =
    Explanation(false, reason, null, emptyMap(), null, emptyList(), "core", 0.0, 0.0, null, null, words)

private fun dev.handspan.ffi.Explanation.toPublic() = Explanation(
    traced = plan.traced,
    reason = plan.reason,
    hostEntry = plan.hostEntry,
    headers = plan.headers.associate { it.name to it.value },
    sampled = plan.sampled,
    formats = formats,
    decidedBy = decidedBy,
    sessionRate = sessionRate,
    sessionPosition = sessionPosition,
    traceRate = traceRate,
    traceRateFrom = traceRateFrom,
    words = words,
)
