package dev.handspan.internal

import okhttp3.Interceptor
import okhttp3.Request
import okhttp3.Response

/** Makes one hop of a call: planned before, told after. */
internal fun CallTracker.makeHop(chain: Interceptor.Chain, request: Request): Response {
    val call = chain.call()
    val out = guard(null) { enterHop(call, request) } ?: return chain.proceed(request)
    val response = try {
        chain.proceed(out.request)
    } catch (failure: Throwable) {
        guard(Unit) {
            out.record.connected(chain.connection()?.protocol())
            out.record.leaveHop(out.hop, failure)
            if (out.reportAlone) end(call, out.record)
        }
        throw failure
    }
    guard(Unit) {
        leaveHop(out, response)
        if (out.reportAlone) end(call, out.record)
    }
    return response
}
