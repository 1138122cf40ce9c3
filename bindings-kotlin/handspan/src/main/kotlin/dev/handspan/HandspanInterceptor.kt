package dev.handspan

import okhttp3.Interceptor
import okhttp3.Response

/**
 * Application interceptor: sees the call, and reports it once, whether it succeeds or fails. It changes neither request
 * nor response, and does not read bodies.
 *
 * With [HandspanEventListener] the call is reported when it has ended, with timings and sizes; without it when the
 * response's headers are there. Without [HandspanNetworkInterceptor] calls are reported, but nothing is traced.
 *
 * [handspan] (the extension on the builder) installs all three. Thread-safe.
 */
public class HandspanInterceptor(internal val handspan: Handspan) : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        val tracker = handspan.tracker
        val call = chain.call()
        val record = tracker.guard(null) { tracker.enterCall(call) } ?: return chain.proceed(chain.request())
        val response = try {
            chain.proceed(chain.request())
        } catch (failure: Throwable) {
            tracker.guard(Unit) {
                record.leaveCall(failure)
                if (!record.listened) tracker.end(call, record)
            }
            throw failure
        }
        tracker.guard(Unit) {
            tracker.leaveCall(record, response)
            if (!record.listened) tracker.end(call, record)
        }
        return response
    }
}
