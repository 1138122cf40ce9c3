package dev.handspan.internal

import dev.handspan.ffi.FinishedCall
import dev.handspan.ffi.RequestIds
import okhttp3.Headers
import okhttp3.Protocol
import okhttp3.Response
import okhttp3.ResponseBody

/**
 * One call, from its start until it is reported. Must not refer to the call itself ([CallTable] is weak).
 *
 * Interceptors run on one thread at a time, the events of the body may come from another: guarded by itself.
 */
internal class CallRecord(
    private val method: String,
    private val url: String,
    private val startNs: Long,
    /** Will an event tell that the call has ended? If not, it ends with the response's headers. */
    val listened: Boolean,
    /** What the app said of it beforehand. */
    private val notes: RequestNotes,
    requestHeaders: Headers,
) {
    val timings = CallTimings(startNs)
    private val hops = ArrayList<HopRecord>(1)
    private var seen = false
    private var planned = false
    private var untouched = false
    private var cameBy = false
    private var ended = false
    private var inCall = false
    private var activeHop: HopRecord? = null
    private var requestHeaders = requestHeaders
    private var responseHeaders: Headers? = null
    private var statusCode: Int? = null
    private var contentType: String? = null
    private var protocol: Protocol? = null
    private var bodyLength: Long? = null
    private var error: Throwable? = null

    /** The application interceptor begins. False when it is there already: installed twice. */
    @Synchronized
    fun enterCall(): Boolean {
        if (inCall) return false
        inCall = true
        seen = true
        // An interceptor of the app may ask again after a failure: the last answer counts.
        error = null
        return true
    }

    @Synchronized
    fun leaveCall(response: Response) {
        inCall = false
        answered(response)
    }

    @Synchronized
    fun leaveCall(failure: Throwable) {
        inCall = false
        error = failure
    }

    /** True the first time: a call is counted once, however many hops it makes. */
    @Synchronized
    fun markUntouched(): Boolean {
        if (untouched) return false
        untouched = true
        return true
    }

    /** Is a hop on the wire? Then a second network interceptor is ours as well: installed twice. */
    @Synchronized
    fun hopIsActive(): Boolean = activeHop != null

    @Synchronized
    fun enterHop(hop: HopRecord, byCore: Boolean) {
        seen = true
        planned = planned || byCore
        activeHop = hop
        cameBy = true
        hops.add(hop)
    }

    @Synchronized
    fun leaveHop(hop: HopRecord, response: Response, responseHeaderNames: List<String>) {
        activeHop = null
        hop.injected?.leaveWire()
        hop.ended(System.nanoTime())
        hop.answered(response, responseHeaderNames)
        // Without the application interceptor this is the answer.
        if (!inCall) answered(response)
    }

    @Synchronized
    fun leaveHop(hop: HopRecord, failure: Throwable) {
        activeHop = null
        hop.injected?.leaveWire()
        hop.ended(System.nanoTime())
        if (!inCall) error = failure
    }

    /** A hop that we have not seen on its way. */
    @Synchronized
    fun addPassed(hop: HopRecord) {
        planned = true
        hops.add(hop)
    }

    /** Has no hop of it come by us? */
    @Synchronized
    fun sawNoHop(): Boolean = !cameBy

    @Synchronized
    fun connected(protocol: Protocol?) {
        if (protocol != null) this.protocol = protocol
    }

    /** What the app gets to see of a failure. */
    @Synchronized
    fun fail(failure: Throwable) {
        error = failure
    }

    /** What was set on the earlier hops, the last one first. */
    @Synchronized
    fun earlierInjections(): List<InjectedHeaders> = hops.asReversed().mapNotNull { it.injected }

    /** Is its trace to be kept, because the app said so or an earlier hop went out so? */
    @Synchronized
    fun isKept(): Boolean = notes.keep || hops.any { it.plan.reason == TRACED_FORCED }

    /** The ids that the next hop of this call goes on with: those of the hops before, or else of the span that it was made in. */
    @Synchronized
    fun ids(): RequestIds? {
        if (hops.isEmpty()) return notes.ids()
        val traced = hops.firstOrNull { it.plan.traced && it.plan.traceId != null }?.plan
        if (traced == null && notes.parent != null) return notes.ids()
        val session = traced?.sessionId ?: hops.firstOrNull { it.plan.sessionId.isNotEmpty() }?.plan?.sessionId
        if (traced == null && session == null) return null
        return RequestIds(traceId = traced?.traceId, spanId = null, sessionId = session, sampled = traced?.sampled)
    }

    /**
     * The call as it is reported, once. `null` the second time (two listeners of ours), and when there is nothing to
     * report: no interceptor of ours has seen it, or there was no core to plan any of it.
     */
    @Synchronized
    fun end(now: Long, withHeaders: Boolean, capturedHeaders: List<String>): FinishedCall? {
        if (ended || !seen || (untouched && !planned)) return null
        ended = true
        return FinishedCall(
            method = method,
            url = url,
            durationNs = (now - startNs).coerceAtLeast(0).toULong(),
            hops = hops.mapIndexed { at, hop -> hop.toRecord(withHeaders, method, startNs, at == hops.lastIndex) },
            statusCode = statusCode?.toUShort(),
            errorKind = error?.javaClass?.name,
            errorMessage = error?.let { it.message?.wellFormed() ?: "" },
            protocol = protocol?.toString(),
            requestBodyBytes = timings.requestBytes?.toULong(),
            responseBodyBytes = (timings.responseBytes ?: bodyLength)?.toULong(),
            contentType = contentType,
            timings = timings.toRecord(),
            requestHeaders = requestHeaders.named(capturedHeaders),
            responseHeaders = responseHeaders?.named(capturedHeaders) ?: emptyList(),
            // Where it went out in another trace, or in none, it is no child.
            parentSpanId = notes.parent?.takeIf { parent -> hops.any { it.plan.traceId == parent.traceId } }?.spanId,
            graphql = notes.graphQl,
            attributes = notes.attributes,
        )
    }

    private fun answered(response: Response) {
        statusCode = response.code
        contentType = response.header("Content-Type")?.wellFormed()
        protocol = response.protocol
        // As they were on the wire: OkHttp adds headers to the app's request, and takes some off the answer.
        val wire = response.networkResponse ?: response
        requestHeaders = wire.request.headers
        responseHeaders = wire.headers
        // Nullable in OkHttp 4 only.
        val body: ResponseBody? = response.body
        bodyLength = body?.contentLength()?.takeIf { it >= 0 }
    }
}
