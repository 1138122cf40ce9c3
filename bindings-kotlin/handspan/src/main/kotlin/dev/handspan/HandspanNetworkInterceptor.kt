package dev.handspan

import okhttp3.Interceptor
import okhttp3.Response

/**
 * Network interceptor: sees each hop that goes on the wire, redirects and retries included, and sets its trace headers
 * by replacing, or leaves it alone where the host is not the app's.
 *
 * Installed alone it traces, and reports each hop as a call of its own. OkHttp passes WebSockets by all network
 * interceptors: these are not traced.
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
                out.record.leaveHop(failure)
                if (out.reportAlone) tracker.end(call, out.record)
            }
            throw failure
        }
        tracker.guard(Unit) {
            out.record.leaveHop(out.hop, response)
            if (out.reportAlone) tracker.end(call, out.record)
        }
        return response
    }
}
