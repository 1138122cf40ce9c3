package dev.handspan.internal

import dev.handspan.ffi.HopPlan
import okhttp3.Call
import okhttp3.Request
import okhttp3.Response

/** What the three OkHttp pieces have in common: from the start of a call, over its hops, to its report. Thread-safe. */
internal class CallTracker(
    private val lifecycle: CoreLifecycle,
    private val counters: Counters,
    private val spans: ActiveSpans,
) {
    private val table = CallTable()
    private val recent = RecentHops()

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

    /** The application interceptor ends. */
    fun leaveCall(record: CallRecord, response: Response) {
        if (record.sawNoHop() && response.request.isHandshake) addPassedHops(record, response)
        record.leaveCall(response)
    }

    /** The network interceptor begins; `null` when another of ours is around it already. */
    fun enterHop(call: Call, request: Request): OutgoingHop? {
        val known = table.find(call)
        if (known != null && known.hopIsActive()) return null
        // Alone, without application interceptor and listener, each hop is reported as a call of its own.
        val record = known ?: newRecord(call, listened = false)
        return plan(call, record, request, reportAlone = known == null)
    }

    /** The network interceptor ends. */
    fun leaveHop(out: OutgoingHop, response: Response) {
        // OkHttp hands back the request that it has sent: another one, if an interceptor inside of ours made it.
        if (response.request !== out.request) guard(Unit) { readBack(out, response.request) }
        out.record.leaveHop(out.hop, response, lifecycle.core?.responseHeaderNames ?: emptyList())
    }

    /** A request without the headers that are ours, left on it by an earlier call. */
    fun withoutOurs(request: Request): Request =
        (request.tag(InjectedHeaders::class.java) ?: recent.find(request))?.removeFrom(request) ?: request

    /** What the app says of a request that it would start now, on this thread. */
    fun notes(request: Request): RequestNotes = notesOf(request, spans, counters)

    /** Reports the call, once. */
    fun end(call: Call, record: CallRecord) {
        table.remove(call)
        val core = lifecycle.core ?: return
        core.finish(record.end(System.nanoTime(), core.wantsHopHeaders, core.capturedHeaderNames) ?: return)
    }

    private fun newRecord(call: Call, listened: Boolean): CallRecord {
        val request = call.request()
        val notes = counters.guard(RequestNotes()) { notes(request) }
        val record =
            CallRecord(request.method, shown(request.url), System.nanoTime(), listened, notes, request.headers)
        table.put(call, record)
        return record
    }

    private fun plan(call: Call, record: CallRecord, request: Request, reportAlone: Boolean): OutgoingHop {
        // Also when there is no plan: what an earlier hop got from us must not go on to another host.
        val own = guard(request) { withoutOurs(call, request, record) }
        val core = lifecycle.core
        if (core == null) {
            if (record.markUntouched()) lifecycle.countUntouched()
            return outgoing(record, own, newHop(request, untouched(NOT_READY), null), false, reportAlone)
        }
        return try {
            val plan = core.plan(hopRequest(own, core, record))
            val (sent, injected) =
                if (plan.headers.isEmpty()) own to null else InjectedHeaders.set(call, own, plan.headers)
            injected?.let { recent.add(it) }
            outgoing(record, sent, newHop(request, plan, injected), true, reportAlone)
        } catch (error: Throwable) {
            counters.internalError(error)
            outgoing(record, own, newHop(request, untouched(INTERNAL_ERROR), null), true, reportAlone)
        }
    }

    private fun newHop(request: Request, plan: HopPlan, injected: InjectedHeaders?) =
        HopRecord(request.method, shown(request.url), plan, injected, System.nanoTime())

    private fun hopRequest(request: Request, core: Core, record: CallRecord) =
        hopRequest(request, core.traceHeaderNames, record.ids(), record.isKept() || request.isKept)

    private fun withoutOurs(call: Call, request: Request, record: CallRecord): Request {
        if (request.tag(InjectedHeaders::class.java)?.areOnTheWireOf(call) == true) return request
        return record.earlierInjections().fold(withoutOurs(request)) { cleaned, injected -> injected.removeFrom(cleaned) }
    }

    /** The event tells the ids that went out: where the app put its own in place of ours, or took ours off, not ours. */
    private fun readBack(out: OutgoingHop, sent: Request) {
        val injected = out.hop.injected
        if (injected?.areWholeOn(sent) == true) return
        val core = lifecycle.core ?: return
        val theirs = core.plan(hopRequest(injected?.removeFrom(sent) ?: sent, core, out.record))
        if (theirs.traced && theirs.headers.isEmpty()) {
            out.hop.wentOutAs(theirs)
        } else if (injected?.areGoneFrom(sent) == true) {
            out.hop.wentOutAs(passedBy(REMOVED_BY_APP, theirs))
        }
    }

    /**
     * OkHttp leads web sockets past network interceptors, and what an application interceptor sets goes along with every
     * redirect: so they get nothing but by [HandshakeInterceptor]. Their hops stand in the response.
     */
    private fun addPassedHops(record: CallRecord, response: Response) {
        val core = lifecycle.core ?: return
        val responses = generateSequence(response) { it.priorResponse }.filter { it.networkResponse != null }.toList()
        for (hop in responses.asReversed()) {
            val plan = core.plan(hopRequest(hop.request, core, record))
            val passed = if (plan.headers.isEmpty()) plan else passedBy(WEB_SOCKET, plan)
            val passedHop = HopRecord(hop.request.method, shown(hop.request.url), passed, null)
            record.addPassed(passedHop.also { it.answered(hop, core.responseHeaderNames) })
        }
    }

    /** A hop that goes without the headers of this plan. */
    private fun passedBy(reason: String, plan: HopPlan) =
        untouched(reason).copy(hostEntry = plan.hostEntry, sessionId = plan.sessionId)

    private fun outgoing(record: CallRecord, request: Request, hop: HopRecord, byCore: Boolean, reportAlone: Boolean) =
        OutgoingHop(record, request, hop, reportAlone).also { record.enterHop(hop, byCore) }
}

private val Request.isHandshake: Boolean get() = "websocket".equals(header("Upgrade"), ignoreCase = true)

/** A hop that is about to go on the wire, as [request]. */
internal class OutgoingHop(
    val record: CallRecord,
    val request: Request,
    val hop: HopRecord,
    /** Is there nobody else who will report it? */
    val reportAlone: Boolean,
)
