package dev.handspan.internal

import dev.handspan.ffi.Phase
import dev.handspan.ffi.Timings
import java.net.InetSocketAddress

/**
 * Phases of a call's last hop, from the events of OkHttp. Times are `System.nanoTime()`.
 *
 * Events of one call may come from several threads (OkHttp 5 tries addresses in parallel): guarded by itself.
 */
internal class CallTimings(private val startNs: Long) {
    private var hopStart = UNKNOWN
    private var redirected = false
    private var requestSent = false
    private var dnsStart = UNKNOWN
    private var sslStart = UNKNOWN
    private var requestEnd = UNKNOWN
    private var firstByte = UNKNOWN
    private val connectStarts = HashMap<InetSocketAddress, Long>(2)
    private var dns: Phase? = null
    private var connect: Phase? = null
    private var ssl: Phase? = null
    private var waiting: Phase? = null
    private var download: Phase? = null

    /** Bytes of the last request body on the wire. */
    var requestBytes: Long? = null
        private set

    /** Bytes of the last response body on the wire. */
    var responseBytes: Long? = null
        private set

    /** Looking for a way to the host: a hop begins here, if its predecessor has had its request sent. */
    @Synchronized
    fun routeStart(now: Long) = beginHop(now)

    @Synchronized
    fun dnsStart(now: Long) {
        beginHop(now)
        dnsStart = now
    }

    @Synchronized
    fun dnsEnd(now: Long) {
        dns = phase(dnsStart, now)
    }

    @Synchronized
    fun connectStart(address: InetSocketAddress, now: Long) {
        beginHop(now)
        connectStarts[address] = now
    }

    @Synchronized
    fun connectEnd(address: InetSocketAddress, now: Long) {
        connect = phase(connectStarts[address] ?: UNKNOWN, now)
    }

    @Synchronized
    fun sslStart(now: Long) {
        sslStart = now
    }

    @Synchronized
    fun sslEnd(now: Long) {
        ssl = phase(sslStart, now)
    }

    @Synchronized
    fun requestStart(now: Long) {
        beginHop(now)
        requestSent = true
    }

    @Synchronized
    fun requestHeadersEnd(now: Long) {
        requestEnd = now
    }

    @Synchronized
    fun requestBodyEnd(bytes: Long, now: Long) {
        requestEnd = now
        requestBytes = bytes
    }

    /** OkHttp tells this once the headers are there, not when it begins to wait for them. */
    @Synchronized
    fun responseStart(now: Long) {
        firstByte = now
        waiting = phase(requestEnd, now)
    }

    @Synchronized
    fun responseEnd(bytes: Long, now: Long) {
        responseBytes = bytes
        download = phase(firstByte, now)
    }

    @Synchronized
    fun toRecord(): Timings = Timings(
        dns = dns,
        connect = connect,
        ssl = ssl,
        firstByte = waiting,
        download = download,
        redirect = if (redirected) phase(startNs, hopStart) else null,
    )

    private fun beginHop(now: Long) {
        if (hopStart != UNKNOWN && !requestSent) return
        redirected = hopStart != UNKNOWN
        hopStart = now
        requestSent = false
        dnsStart = UNKNOWN
        sslStart = UNKNOWN
        requestEnd = UNKNOWN
        firstByte = UNKNOWN
        connectStarts.clear()
        dns = null
        connect = null
        ssl = null
        waiting = null
        download = null
        requestBytes = null
        responseBytes = null
    }

    private fun phase(from: Long, until: Long): Phase? {
        if (from == UNKNOWN) return null
        return Phase(
            startNs = (from - startNs).coerceAtLeast(0).toULong(),
            durationNs = (until - from).coerceAtLeast(0).toULong(),
        )
    }

    private companion object {
        /** `nanoTime` may be any number; that it is this one is as unlikely as it gets. */
        const val UNKNOWN = Long.MIN_VALUE
    }
}
