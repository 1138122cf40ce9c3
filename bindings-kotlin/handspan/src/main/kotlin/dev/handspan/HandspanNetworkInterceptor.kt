package dev.handspan

import dev.handspan.internal.makeHop
import okhttp3.Interceptor
import okhttp3.Response

/**
 * Network interceptor: sees each hop that goes on the wire, redirects and retries included, and sets its trace headers
 * by replacing, or leaves it alone where the host is not the app's.
 *
 * Installed alone it traces, and reports each hop as a call of its own. OkHttp leads WebSockets past all network
 * interceptors: [handspanWebSockets] traces them. An interceptor of the app's that is added later sits inside of ours;
 * where it replaces a trace header of ours or takes it off, the event tells what went out.
 *
 * [handspan] (the extension on the builder) installs all three pieces. Thread-safe.
 */
public class HandspanNetworkInterceptor(internal val handspan: Handspan) : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response = handspan.tracker.makeHop(chain, chain.request())
}
