package dev.handspan

import dev.handspan.ffi.RumCommand
import dev.handspan.internal.toMap
import dev.handspan.support.FIRST
import dev.handspan.support.FakeCore
import dev.handspan.support.Net
import dev.handspan.support.THIRD
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.redirect
import dev.handspan.support.traceHeaders
import okhttp3.Call
import okhttp3.Callback
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.IOException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/** Spans of the app's own, and the requests that are made in them. */
class TracerTest {
    private val core = FakeCore()
    private val handspan = core.handspan()
    private val tracer = handspan.tracer
    private val net = Net()
    private val site = net.site()
    private val client = net.client { handspan(handspan) }

    @AfterEach
    fun close() {
        net.close()
        assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }
    }

    private fun finished() = core.commands.map { (it as RumCommand.FinishSpan).span }

    /** The trace of the request that arrived, and its parent on the event; the span itself is the hop's. */
    private fun arrived(): Pair<String?, String?> {
        val trace = site.take().traceHeaders()["traceparent"]?.split("-")?.get(1)
        return trace to core.take().parentSpanId
    }

    private fun HandspanSpan.asParent() = traceId to spanId

    @Test
    fun `a span is told when it ends, once`() {
        val span = tracer.startSpan("work", attributes = mapOf("a" to 1, "b" to 2))
        span.setAttribute("b", "two").setError(IllegalStateException("why"))
        span.end()
        span.close()
        val told = finished().single()
        assertEquals(listOf(span.traceId, span.spanId, null, "work", "java.lang.IllegalStateException", "why"),
            with(told) { listOf(context.traceId, context.spanId, parentSpanId, name, errorType, errorMessage) })
        assertEquals(mapOf("a" to 1L, "b" to "two"), told.attributes.toMap())
        assertTrue(span.isSampled && told.durationNs > 0u && "why" in told.errorStack!!)
    }

    @Test
    fun `spans nest by the active one, by hand, or not at all`() {
        val outer = tracer.startSpan("outer")
        outer.makeCurrent().use {
            val inner = tracer.startSpan("inner")
            inner.makeCurrent().use { assertSame(inner, tracer.activeSpan) }
            assertSame(outer, tracer.activeSpan)
            inner.end()
            tracer.startSpan("root", parent = null).end()
        }
        assertNull(tracer.activeSpan)
        tracer.startSpan("later", outer).end()
        val (inner, root, later) = finished()
        assertEquals(listOf(outer.asParent(), outer.asParent()), listOf(inner, later).map { it.context.traceId to it.parentSpanId })
        assertNotEquals(outer.traceId, root.context.traceId)
        assertNull(root.parentSpanId)
    }

    @Test
    fun `a block runs in a span, and what it throws is thrown and noted`() {
        val mine = IOException("mine")
        assertSame(mine, assertThrows(IOException::class.java) { tracer.withinSpan("work") { throw mine } })
        assertEquals("done", tracer.withinSpan("work") { assertSame(it, tracer.activeSpan); "done" })
        assertEquals(listOf("java.io.IOException", null), finished().map { it.errorType })
        assertNull(tracer.activeSpan)
    }

    @Test
    fun `scopes that are closed in the wrong order, on another thread or never`() {
        val spans = List(3) { tracer.startSpan("$it") }
        val scopes = spans.map { it.makeCurrent() }
        scopes[1].close()
        assertSame(spans[2], tracer.activeSpan)
        thread { scopes[2].close() }.join()
        assertSame(spans[0], tracer.activeSpan)
        spans[0].end()
        assertNull(tracer.activeSpan)
        spans[1].makeCurrent().use { assertSame(spans[1], tracer.activeSpan) }
        assertNull(tracer.activeSpan)
    }

    @Test
    fun `another thread is in no span`() = tracer.withinSpan("work") {
        val there = CompletableFuture<HandspanSpan?>()
        thread { there.complete(tracer.activeSpan) }
        assertNull(there.get(5, TimeUnit.SECONDS))
    }

    @Test
    fun `a request that waits for its answer is a child of the active span`() {
        val span = tracer.withinSpan("work") { client.body(get(site.url(FIRST))); it }
        assertEquals(span.asParent(), arrived())
        val ids = core.planned.single().ids!!
        assertEquals(listOf(span.traceId, null, true), listOf(ids.traceId, ids.spanId, ids.sampled))
        client.body(get(site.url(FIRST)))
        assertNull(arrived().second, "after the span there is none")
    }

    @Test
    fun `a request whose answer comes on another thread is one too`() {
        val done = CompletableFuture<String>()
        val span = tracer.withinSpan("work") {
            client.newCall(get(site.url(FIRST))).enqueue(object : Callback {
                override fun onFailure(call: Call, e: IOException) = TODO()
                override fun onResponse(call: Call, response: Response) {
                    done.complete(response.use { it.body!!.string() })
                }
            })
            it
        }
        assertEquals("hello", done.get(5, TimeUnit.SECONDS))
        assertEquals(span.asParent(), arrived())
    }

    @Test
    fun `a request that was made in a span and is started outside is none`() {
        val call = tracer.withinSpan("work") { client.newCall(get(site.url(FIRST))) }
        call.execute().use { it.body!!.string() }
        assertNull(arrived().second)
    }

    @Test
    fun `a tagged request is a child of what it is tagged with`() {
        val span = tracer.startSpan("tagged")
        val request = Request.Builder().url(site.url(FIRST)).parentSpan(span).build()
        tracer.withinSpan("active") { client.body(request) }
        assertEquals(span.asParent(), arrived())
        assertEquals(span.traceId, core.planned.single().ids!!.traceId)
        handspan.explain(request)
        assertEquals(span.traceId, core.planned.last().ids!!.traceId)
    }

    @Test
    fun `with the interceptors alone, without our listener, it is one as well`() {
        val plain = OkHttpClient.Builder().dns(client.dns)
            .addInterceptor(HandspanInterceptor(handspan)).addNetworkInterceptor(HandspanNetworkInterceptor(handspan)).build()
        val span = tracer.withinSpan("work") { plain.body(get(site.url(FIRST))); it }
        assertEquals(span.asParent(), arrived())
        plain.connectionPool.evictAll()
    }

    @Test
    fun `a hop after others goes on in the span's trace, after another host's too`() {
        val foreign = net.site { redirect(site.url(FIRST)) }
        val first = net.site { redirect(foreign.url(THIRD)) }
        val span = tracer.withinSpan("work") { client.body(get(first.url(FIRST))); it }
        assertEquals(span.asParent(), arrived())
        val outside = net.site { redirect(site.url(FIRST)) }
        val other = tracer.withinSpan("work") { client.body(get(outside.url(THIRD))); it }
        assertEquals(other.asParent(), arrived())
    }

    @Test
    fun `a request to a host that is not the app's, or with the app's own trace, is no child`() {
        tracer.withinSpan("work") {
            client.body(get(site.url(THIRD)))
            client.body(get(site.url(FIRST)).newBuilder().header("traceparent", "00-${"a".repeat(32)}-${"b".repeat(16)}-01").build())
        }
        repeat(2) { assertNull(arrived().second) }
    }

    @Test
    fun `lines of a log know their span`() {
        val logger = handspan.logger("l")
        val span = tracer.withinSpan("work") { logger.info("inside"); it }
        logger.info("outside")
        val lines = core.commands.filterIsInstance<RumCommand.Log>().map { it.line }
        assertEquals(listOf(span.spanId, null), lines.map { it.span?.spanId })
    }
}
