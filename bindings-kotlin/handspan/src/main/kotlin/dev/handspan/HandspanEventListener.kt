package dev.handspan

import dev.handspan.internal.CallRecord
import dev.handspan.internal.CallTracker
import dev.handspan.internal.together
import okhttp3.Call
import okhttp3.Connection
import okhttp3.EventListener
import okhttp3.Handshake
import okhttp3.HttpUrl
import okhttp3.Protocol
import okhttp3.Request
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.Proxy

/**
 * Event listener: the timings and sizes of a call, and its end. One object a call, made by [Factory].
 *
 * Alone it reports nothing: a call is reported when one of the interceptors has seen it.
 */
public class HandspanEventListener internal constructor(private val tracker: CallTracker) : EventListener() {
    private var record: CallRecord? = null

    /**
     * Makes a listener for each call, and keeps the app's own.
     *
     * OkHttp holds one factory: `eventListenerFactory(…)` or `eventListener(…)` after ours replaces it. Then hand over
     * the app's as [delegate]: `eventListenerFactory(HandspanEventListener.Factory(handspan, mine))`.
     *
     * The app's listener gets every event that OkHttp 4.12 has, and every event of OkHttp 5.3 and newer.
     *
     * @param delegate the app's own factory; it is asked once for each call, after ours.
     */
    public class Factory @JvmOverloads constructor(
        internal val handspan: Handspan,
        private val delegate: EventListener.Factory? = null,
    ) : EventListener.Factory {
        override fun create(call: Call): EventListener {
            val ours = HandspanEventListener(handspan.tracker)
            val theirs = delegate?.create(call) ?: return ours
            return if (theirs === NONE) ours else together(ours, theirs)
        }
    }

    override fun callStart(call: Call): Unit = tracker.guard(Unit) { record = tracker.startListened(call) }

    override fun callEnd(call: Call): Unit = onRecord { tracker.end(call, it) }

    override fun callFailed(call: Call, ioe: IOException): Unit = onRecord {
        it.fail(ioe)
        tracker.end(call, it)
    }

    override fun proxySelectStart(call: Call, url: HttpUrl): Unit = at { now -> timings.routeStart(now) }

    override fun dnsStart(call: Call, domainName: String): Unit = at { now -> timings.dnsStart(now) }

    override fun dnsEnd(call: Call, domainName: String, inetAddressList: List<InetAddress>): Unit =
        at { now -> timings.dnsEnd(now) }

    override fun connectStart(call: Call, inetSocketAddress: InetSocketAddress, proxy: Proxy): Unit =
        at { now -> timings.connectStart(inetSocketAddress, now) }

    override fun connectEnd(call: Call, inetSocketAddress: InetSocketAddress, proxy: Proxy, protocol: Protocol?): Unit =
        at { now ->
            timings.connectEnd(inetSocketAddress, now)
            connected(protocol)
        }

    override fun secureConnectStart(call: Call): Unit = at { now -> timings.sslStart(now) }

    override fun secureConnectEnd(call: Call, handshake: Handshake?): Unit = at { now -> timings.sslEnd(now) }

    override fun connectionAcquired(call: Call, connection: Connection): Unit =
        at { now -> timings.routeStart(now) }

    override fun requestHeadersStart(call: Call): Unit = at { now -> timings.requestStart(now) }

    override fun requestHeadersEnd(call: Call, request: Request): Unit =
        at { now -> timings.requestHeadersEnd(now) }

    override fun requestBodyEnd(call: Call, byteCount: Long): Unit =
        at { now -> timings.requestBodyEnd(byteCount, now) }

    override fun responseHeadersStart(call: Call): Unit = at { now -> timings.responseStart(now) }

    override fun responseBodyEnd(call: Call, byteCount: Long): Unit =
        at { now -> timings.responseEnd(byteCount, now) }

    private inline fun onRecord(use: (CallRecord) -> Unit) {
        val record = record ?: return
        tracker.guard(Unit) { use(record) }
    }

    private inline fun at(use: CallRecord.(now: Long) -> Unit) = onRecord { it.use(System.nanoTime()) }
}
