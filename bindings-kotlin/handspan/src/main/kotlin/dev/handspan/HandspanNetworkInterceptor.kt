package dev.handspan

import okhttp3.Interceptor
import okhttp3.Response

/**
 * Network interceptor: sees each hop that goes on the wire, redirects and retries included, and sets its trace headers
 * by replacing, or leaves it alone where the host is not the app's.
 *
 * Installed alone it traces, and reports each hop as a call of its own. OkHttp leads WebSockets past all network
 * interceptors: these are not traced. An interceptor of the app's that is added later sits inside of ours; where it
 * replaces a trace header of ours or takes it off, the event tells what went out.
 *
 * [handspan] (the extension on the builder) installs all three pieces. Thread-safe.
 */
public class HandspanNetworkInterceptor(internal val handspan: Handspan) : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        val tracker = handspan.tracker
        val call = chain.call()
        val out = tracker.guard(null) { tracker.enterHop(call, chain.request()) }
            ?: return chain.proceed(chain.request())
        val response = try {
            chain.proceed(out.request)
        } catch (failure: Throwable) {
            tracker.guard(Unit) {
                out.record.connected(chain.connection()?.protocol())
                out.record.leaveHop(out.hop, failure)
                if (out.reportAlone) tracker.end(call, out.record)
            }
            throw failure
        }
        tracker.guard(Unit) {
            tracker.leaveHop(out, response)
            if (out.reportAlone) tracker.end(call, out.record)
        }
        return response
    }
}
