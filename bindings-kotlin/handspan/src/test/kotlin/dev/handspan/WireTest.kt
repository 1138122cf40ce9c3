package dev.handspan

import dev.handspan.support.FIRST
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.SUBDOMAIN
import dev.handspan.support.Site
import dev.handspan.support.THIRD
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.handspan
import dev.handspan.support.hops
import dev.handspan.support.onlyEvent
import dev.handspan.support.realHandspan
import dev.handspan.support.redirect
import dev.handspan.support.resource
import dev.handspan.support.traceHeaders
import okhttp3.Protocol
import okhttp3.Request
import org.json.JSONObject
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The real core: what goes on the wire, and that the event says the same. */
class WireTest {
    private val net = Net()
    private val intake = LocalIntake()
    private val handspan = realHandspan(intake)
    private val client = net.client { handspan(handspan) }

    @AfterEach
    fun close() {
        handspan.shutdown()
        intake.close()
        net.close()
    }

    private fun event(): JSONObject = handspan.onlyEvent(intake, "one call, one event")

    /** The headers are well formed, agree with each other, and are those of this hop of the event. */
    private fun assertTraced(onWire: Map<String, String>, hop: JSONObject) {
        assertEquals(hop.getJSONObject("headers").toMap(), onWire.toMap<String, Any>())
        val (trace, span) = Regex("00-([0-9a-f]{32})-([0-9a-f]{16})-01").matchEntire(onWire.getValue("traceparent"))!!.destructured
        assertEquals(trace.substring(16).toULong(16).toString(), onWire["x-datadog-trace-id"])
        assertEquals(span.toULong(16).toString(), onWire["x-datadog-parent-id"])
        assertEquals("_dd.p.tid=${trace.take(16)},_dd.p.dm=-1", onWire["x-datadog-tags"])
        assertEquals("rum", onWire["x-datadog-origin"])
        assertEquals("1", onWire["x-datadog-sampling-priority"])
        assertEquals("1", onWire["x-datadog-sampled"])
        assertEquals("dd=s:1;o:rum;p:$span;t.dm:-1", onWire["tracestate"])
        assertEquals(trace, hop.getString("trace_id"))
        assertEquals(span, hop.getString("span_id"))
    }

    private fun assertEventCarries(event: JSONObject, hop: JSONObject) {
        val dd = event.getJSONObject("_dd")
        assertEquals(hop.getString("trace_id"), dd.getString("trace_id"))
        assertEquals(hop.getString("span_id").toULong(16).toString(), dd.getString("span_id"))
    }

    private fun oneRequest(site: Site, protocol: Protocol) {
        client.newCall(get(site.url(FIRST, "/a/b"))).execute().use {
            assertEquals(protocol, it.protocol)
            assertEquals("hello", it.body!!.string())
        }
        val onWire = site.take().traceHeaders()
        val event = event()
        assertTraced(onWire, event.hops.single())
        assertEventCarries(event, event.hops.single())
        assertEquals("traced", event.handspan.getString("reason"))
        assertEquals(site.url(FIRST, "/a/b").toString(), event.resource.getString("url"))
        assertEquals(200, event.resource.getInt("status_code"))
        assertEquals(5, event.resource.getInt("size"))
        assertEquals(protocol.toString(), event.resource.getString("protocol"))
        assertTrue(event.resource.getLong("duration") > 0)
        for (phase in listOf("dns", "connect", "first_byte", "download")) {
            assertTrue(event.resource.getJSONObject(phase).getLong("duration") >= 0, phase)
        }
        assertEquals(site.server.url("/").isHttps, event.resource.has("ssl"))
    }

    @Test
    fun `http 1`() = oneRequest(net.site(), Protocol.HTTP_1_1)

    @Test
    fun https() = oneRequest(net.site(tls = true), Protocol.HTTP_1_1)

    @Test
    fun `http 2`() =
        oneRequest(net.site(tls = true, protocols = listOf(Protocol.HTTP_2, Protocol.HTTP_1_1)), Protocol.HTTP_2)

    @Test
    fun `a third party gets nothing`() {
        val site = net.site()
        client.body(get(site.url(THIRD)))
        client.body(get(site.url("not$FIRST")))
        client.body(get(site.url("$FIRST.evil.test")))
        repeat(3) { assertEquals(emptyMap<String, String>(), site.take().traceHeaders()) }
        handspan.flush(10_000)
        repeat(3) {
            val event = intake.take()
            assertEquals("host_not_first_party", event.handspan.getString("reason"))
            assertFalse(event.getJSONObject("_dd").has("trace_id"))
        }
    }

    @Test
    fun `a redirect to a third party takes nothing along`() {
        val third = net.site()
        val first = net.site { redirect(third.url(THIRD)) }
        client.body(get(first.url(FIRST)))
        val onWire = first.take().traceHeaders()
        assertEquals(emptyMap<String, String>(), third.take().traceHeaders())
        val event = event()
        assertEquals(2, event.hops.size)
        assertTraced(onWire, event.hops[0])
        assertEventCarries(event, event.hops[0])
        assertTrue(event.resource.has("redirect"))
    }

    @Test
    fun `a third party that redirects back is traced on the last hop`() {
        val first = net.site()
        val third = net.site { redirect(first.url(FIRST)) }
        client.body(get(third.url(THIRD)))
        assertEquals(emptyMap<String, String>(), third.take().traceHeaders())
        val onWire = first.take().traceHeaders()
        val event = event()
        assertTraced(onWire, event.hops[1])
        assertEventCarries(event, event.hops[1])
    }

    @Test
    fun `a redirect to a subdomain goes on with the trace, under a span of its own`() {
        val second = net.site()
        val first = net.site { redirect(second.url(SUBDOMAIN)) }
        client.body(get(first.url(FIRST)))
        val event = event()
        assertTraced(first.take().traceHeaders(), event.hops[0])
        assertTraced(second.take().traceHeaders(), event.hops[1])
        assertEquals(event.hops[0].getString("trace_id"), event.hops[1].getString("trace_id"))
        assertNotEquals(event.hops[0].getString("span_id"), event.hops[1].getString("span_id"))
        assertEventCarries(event, event.hops[1])
    }

    @Test
    fun `the app's own traceparent stays whole and is what the event tells`() {
        val site = net.site()
        val own = "00-6a5e1c8d2f9b47038c41d7e2b0956f3a-5d3c1b0a99887766-01"
        client.body(get(site.url(FIRST)).newBuilder().header("traceparent", own).build())
        assertEquals(mapOf("traceparent" to own), site.take().traceHeaders())
        val event = event()
        assertEquals("app_headers", event.handspan.getString("reason"))
        assertEquals("6a5e1c8d2f9b47038c41d7e2b0956f3a", event.getJSONObject("_dd").getString("trace_id"))
        assertEquals("5d3c1b0a99887766".toULong(16).toString(), event.getJSONObject("_dd").getString("span_id"))
    }

    @Test
    fun `the app's own tracestate is merged`() {
        val site = net.site()
        client.body(get(site.url(FIRST)).newBuilder().header("tracestate", "shop=1").build())
        val onWire = site.take().traceHeaders()
        assertTrue(Regex("dd=s:1;o:rum;p:[0-9a-f]{16};t.dm:-1,shop=1").matches(onWire.getValue("tracestate"))) { "$onWire" }
    }

    @Test
    fun `a request copied from the wire leaves what is ours behind`() {
        val site = net.site()
        val sent = client.newCall(get(site.url(FIRST)).newBuilder().header("tracestate", "shop=1").build()).execute()
            .use { it.networkResponse!!.request }
        assertTrue("traceparent" in sent.headers.names())
        client.body(sent.newBuilder().url(site.url(THIRD)).build())
        client.body(sent)
        val first = site.take().traceHeaders()
        assertEquals(mapOf("tracestate" to "shop=1"), site.take().traceHeaders(), "the app's own goes, ours does not")
        val again = site.take().traceHeaders()
        assertEquals(first.keys, again.keys)
        assertNotEquals(first["traceparent"], again["traceparent"])
        assertTrue(again.getValue("tracestate").endsWith(",shop=1"))
    }

    @Test
    fun `credentials in a URL are not recorded`() {
        val site = net.site()
        client.body(Request.Builder().url(site.url(FIRST).newBuilder().username("u").password("secret").build()).build())
        val event = event()
        assertFalse("secret" in event.toString())
        assertEquals(site.url(FIRST).toString(), event.resource.getString("url"))
    }
}
