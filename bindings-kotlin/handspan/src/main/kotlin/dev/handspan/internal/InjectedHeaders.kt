package dev.handspan.internal

import dev.handspan.ffi.Header
import okhttp3.Call
import okhttp3.Headers
import okhttp3.Request
import java.lang.ref.WeakReference

/**
 * The headers we set on one hop. It rides on that request as a tag: whoever copies the request for another hop or
 * another call takes the tag along, and what is ours can be told from what is the app's.
 */
internal class InjectedHeaders private constructor(
    call: Call,
    private val set: List<Header>,
    /** What the app had under these names, to be restored. */
    private val replaced: Map<String, List<String>>,
) {
    // Weak: a request that the app keeps must not keep a call, nor a record its call.
    private val call = WeakReference(call)

    @Volatile
    private var onWire = true

    /** Have they been set for the very hop that this call is making, by another Handspan on the same client? */
    fun areOnTheWireOf(call: Call): Boolean = onWire && this.call.get() === call

    /** The hop has its answer, or has failed. */
    fun leaveWire() {
        onWire = false
    }

    /** The value set under a name, if it was set. */
    fun valueOf(name: String): String? = set.firstOrNull { it.name.equals(name, ignoreCase = true) }?.value

    /** Are all of them on this request, as they were set? */
    fun areWholeOn(request: Request): Boolean = set.all { request.headers(it.name).singleOrNull() == it.value }

    /** Are none of them on this request? */
    fun areGoneFrom(request: Request): Boolean = set.none { it.value in request.headers(it.name) }

    /** [request] without the headers that are ours: same name and same only value. */
    fun removeFrom(request: Request): Request {
        var builder: Headers.Builder? = null
        for (header in set) {
            if (request.headers(header.name).singleOrNull() != header.value) continue
            val cleaned = builder ?: request.headers.newBuilder().also { builder = it }
            cleaned.removeAll(header.name)
            // The app may have set what OkHttp calls unsafe.
            replaced[header.name]?.forEach { cleaned.addUnsafeNonAscii(header.name, it) }
        }
        return builder?.let { request.newBuilder().headers(it.build()).build() } ?: request
    }

    companion object {
        /**
         * [request] with [headers] set by replacing, for a hop of [call]. Throws on a header that OkHttp does not take; then
         * nothing is set.
         */
        fun set(call: Call, request: Request, headers: List<Header>): Pair<Request, InjectedHeaders> {
            val builder = request.newBuilder()
            var replaced: MutableMap<String, List<String>>? = null
            for (header in headers) {
                val before = request.headers(header.name)
                if (before.isNotEmpty()) {
                    (replaced ?: HashMap<String, List<String>>().also { replaced = it })[header.name] = before
                }
                builder.header(header.name, header.value)
            }
            val injected = InjectedHeaders(call, headers, replaced ?: emptyMap())
            return builder.tag(InjectedHeaders::class.java, injected).build() to injected
        }
    }
}
