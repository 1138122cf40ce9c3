package dev.handspan.internal

import okhttp3.Call
import okhttp3.Request

/** What the three OkHttp pieces have in common: from the start of a call, over its hops, to its report. Thread-safe. */
internal class CallTracker(private val lifecycle: CoreLifecycle, private val counters: Counters) {
    private val table = CallTable()

    /** Calls under way. */
    val callsUnderWay: Int get() = table.size

    /** Runs code of ours in the app's call. */
    inline fun <T> guard(otherwise: T, ours: () -> T): T = counters.guard(otherwise, ours)

    /** The record of a call whose end an event will tell. */
    fun startListened(call: Call): CallRecord = table.find(call) ?: newRecord(call, listened = true)

    /** The application interceptor begins; `null` when another of ours is around it already. */
    fun enterCall(call: Call): CallRecord? {
        val record = table.find(call) ?: newRecord(call, listened = false)
        if (!record.enterCall()) return null
        if (lifecycle.core == null && record.markUntouched()) lifecycle.countUntouched()
        return record
    }

    /** The network interceptor begins; `null` when another of ours is around it already. */
    fun enterHop(call: Call, request: Request): OutgoingHop? {
        val known = table.find(call)
        if (known != null && known.hopIsActive()) return null
        // Alone, without application interceptor and listener, each hop is reported as a call of its own.
        val record = known ?: newRecord(call, listened = false)
        return plan(record, request, reportAlone = known == null)
    }

    /** Reports the call, once. */
    fun end(call: Call, record: CallRecord) {
        table.remove(call)
        val core = lifecycle.core ?: return
        core.finish(record.end(System.nanoTime(), core.wantsHopHeaders) ?: return)
    }

    private fun newRecord(call: Call, listened: Boolean): CallRecord {
        val request = call.request()
        val record = CallRecord(request.method, shown(request.url), System.nanoTime(), listened)
        table.put(call, record)
        return record
    }

    private fun plan(record: CallRecord, request: Request, reportAlone: Boolean): OutgoingHop {
        // Also when there is no plan: what an earlier hop got from us must not go on to another host.
        val own = guard(request) { withoutOurs(request, record) }
        val core = lifecycle.core
        if (core == null) {
            if (record.markUntouched()) lifecycle.countUntouched()
            return outgoing(record, own, HopRecord(shown(request.url), untouched(NOT_READY), null), false, reportAlone)
        }
        return try {
            val plan = core.plan(hopRequest(own, core.traceHeaderNames, record.ids()))
            val (sent, injected) =
                if (plan.headers.isEmpty()) own to null else InjectedHeaders.set(own, plan.headers)
            outgoing(record, sent, HopRecord(shown(request.url), plan, injected), true, reportAlone)
        } catch (error: Throwable) {
            counters.internalError(error)
            val hop = HopRecord(shown(request.url), untouched(INTERNAL_ERROR), null)
            outgoing(record, own, hop, true, reportAlone)
        }
    }

    private fun withoutOurs(request: Request, record: CallRecord): Request =
        (listOfNotNull(request.tag(InjectedHeaders::class.java)) + record.earlierInjections())
            .fold(request) { cleaned, injected -> injected.removeFrom(cleaned) }

    private fun outgoing(record: CallRecord, request: Request, hop: HopRecord, byCore: Boolean, reportAlone: Boolean) =
        OutgoingHop(record, request, hop, reportAlone).also { record.enterHop(hop, byCore) }
}

/** A hop that is about to go on the wire, as [request]. */
internal class OutgoingHop(
    val record: CallRecord,
    val request: Request,
    val hop: HopRecord,
    /** Is there nobody else who will report it? */
    val reportAlone: Boolean,
)
