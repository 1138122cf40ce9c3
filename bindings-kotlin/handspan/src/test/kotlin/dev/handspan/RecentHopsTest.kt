package dev.handspan

import dev.handspan.ffi.Header
import dev.handspan.internal.InjectedHeaders
import dev.handspan.internal.RecentHops
import okhttp3.OkHttpClient
import okhttp3.Request
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test

class RecentHopsTest {
    private val call = OkHttpClient().newCall(Request.Builder().url("http://first.test/").build())

    /** A hop's headers, as a request that was written by hand from them carries them. */
    private fun hop(recent: RecentHops, span: String): Request {
        val headers = listOf(Header("traceparent", "00-t-$span-01"), Header("x-datadog-parent-id", span))
        val (sent, injected) = InjectedHeaders.set(call, call.request(), headers)
        recent.add(injected)
        return Request.Builder().url("http://third.test/").headers(sent.headers).build()
    }

    @Test
    fun `what was set is known again by any header with the span`() {
        val recent = RecentHops()
        val copied = hop(recent, "1")
        for (name in listOf("traceparent", "x-datadog-parent-id")) {
            val one = call.request().newBuilder().header(name, copied.header(name)!!).build()
            assertEquals(0, recent.find(one)!!.removeFrom(one).headers.size)
        }
        assertNull(recent.find(call.request()))
        assertNull(recent.find(copied.newBuilder().header("traceparent", "the app's").removeHeader("x-datadog-parent-id").build()))
    }

    @Test
    fun `the oldest are forgotten`() {
        val recent = RecentHops()
        val first = hop(recent, "first")
        repeat(500) { hop(recent, "$it") }
        assertNotNull(recent.find(first))
        val last = List(500) { hop(recent, "more $it") }.last()
        assertNull(recent.find(first))
        assertNotNull(recent.find(last))
    }
}
