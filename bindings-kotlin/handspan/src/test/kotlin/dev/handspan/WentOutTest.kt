package dev.handspan

import dev.handspan.support.FIRST
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.SUBDOMAIN
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
import okhttp3.Interceptor
import okhttp3.Request
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import okhttp3.mockwebserver.MockResponse
import org.json.JSONObject
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Test
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit

/** The event tells what went out and what came back, also where that is not what we planned. */
class WentOutTest {
    private val net = Net()
    private val intake = LocalIntake()
    private val handspan = realHandspan(intake)
    private val own = "00-6a5e1c8d2f9b47038c41d7e2b0956f3a-5d3c1b0a99887766-01"

    @AfterEach
    fun close() {
        assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }
        handspan.shutdown()
        intake.close()
        net.close()
    }

    private fun event(): JSONObject = handspan.onlyEvent(intake, "one call, one event")

    private val JSONObject.traceId: String get() = getJSONObject("_dd").optString("trace_id")

    /** One request through an interceptor of the app's inside of ours. */
    private fun inside(change: Request.Builder.() -> Request.Builder): Pair<Map<String, String>, JSONObject> {
        val site = net.site()
        val theirs = Interceptor { it.proceed(it.request().newBuilder().change().build()) }
        net.client { handspan(handspan).addNetworkInterceptor(theirs) }.body(get(site.url(FIRST)))
        return site.take().traceHeaders() to event()
    }

    @Test
    fun `the app's traceparent in place of ours is the one that is told`() {
        val (wire, event) = inside { header("traceparent", own) }
        assertEquals(own, wire["traceparent"])
        assertEquals("app_headers", event.handspan.getString("reason"))
        assertEquals("6a5e1c8d2f9b47038c41d7e2b0956f3a", event.traceId)
    }

    @Test
    fun `a traceparent where we had nothing to say is told as well`() {
        val site = net.site()
        val theirs = Interceptor { it.proceed(it.request().newBuilder().header("traceparent", own).build()) }
        net.client { handspan(handspan).addNetworkInterceptor(theirs) }.body(get(site.url(THIRD)))
        assertEquals("6a5e1c8d2f9b47038c41d7e2b0956f3a", event().traceId)
    }

    @Test
    fun `headers that the app takes off are not told`() {
        val (wire, event) = inside {
            build().headers.names().filter { it.startsWith("trace") || it.startsWith("x-datadog") }.forEach { removeHeader(it) }
            this
        }
        assertEquals(emptyMap<String, String>(), wire)
        assertEquals(listOf("removed_by_app", FIRST), listOf("reason", "host_entry").map { event.handspan.getString(it) })
        assertEquals("", event.traceId)
    }

    @Test
    fun `a header of the app's beside ours changes nothing`() {
        val (wire, event) = inside { header("X-Signature", "abc").removeHeader("tracestate") }
        assertFalse("tracestate" in wire)
        assertEquals("traced", event.handspan.getString("reason"))
        assertEquals(wire.getValue("traceparent").split("-")[1], event.traceId)
    }

    private fun answering(vararg headers: Pair<String, String>, host: String): JSONObject {
        val site = net.site { MockResponse().apply { headers.forEach { addHeader(it.first, it.second) } } }
        net.client { handspan(handspan) }.newCall(get(site.url(host))).execute().close()
        return event()
    }

    @Test
    fun `a third party's own trace joins the event`() {
        val event = answering("Server-Timing" to "cache;dur=1", "Server-Timing" to "traceparent;desc=\"$own\"", host = THIRD)
        assertEquals("6a5e1c8d2f9b47038c41d7e2b0956f3a", event.traceId)
        assertEquals("server-timing", event.handspan.getJSONObject("server_trace").getString("header"))
    }

    @Test
    fun `our own trace stays the event's, whatever trace the server tells`() {
        val event = answering("traceresponse" to own, host = FIRST)
        assertEquals(event.hops.single().getString("trace_id"), event.traceId)
        val told = event.handspan.getJSONObject("server_trace")
        assertEquals(listOf("6a5e1c8d2f9b47038c41d7e2b0956f3a", "5d3c1b0a99887766"), listOf("trace_id", "span_id").map { told.getString(it) })
    }

    @Test
    fun `each hop has the answer of its own`() {
        val last = net.site()
        val first = net.site { redirect(last.url(THIRD)).addHeader("traceresponse", own) }
        net.client { handspan(handspan) }.body(get(first.url(THIRD)))
        assertEquals("", event().traceId, "it is the last hop's answer that counts")
    }

    private fun connect(request: Request) {
        val ended = CompletableFuture<Unit>()
        val socket = net.client { handspan(handspan) }.newWebSocket(
            request,
            object : WebSocketListener() {
                override fun onOpen(webSocket: WebSocket, response: Response) {
                    ended.complete(Unit)
                }
            },
        )
        ended.get(5, TimeUnit.SECONDS)
        socket.cancel()
    }

    @Test
    fun `a web socket says why it is not traced, and where it went`() {
        val second = net.site { MockResponse().withWebSocketUpgrade(object : WebSocketListener() {}) }
        val third = net.site { redirect(second.url(SUBDOMAIN)) }
        val first = net.site { redirect(third.url(THIRD)) }
        connect(get(first.url(FIRST)))
        val event = event()
        assertEquals("web_socket", event.handspan.getString("reason"))
        assertEquals(2, event.handspan.getInt("resend_count"))
        assertEquals(listOf("web_socket", "host_not_first_party", "web_socket"), event.hops.map { it.getString("reason") })
        assertEquals(listOf(302, 302, 101), event.hops.map { it.getInt("status_code") })
        assertEquals(101, event.resource.getInt("status_code"))
        assertEquals("", event.traceId)
    }

    @Test
    fun `a web socket with the app's own traceparent tells it`() {
        val site = net.site { MockResponse().withWebSocketUpgrade(object : WebSocketListener() {}) }
        connect(get(site.url(FIRST)).newBuilder().header("traceparent", own).build())
        val event = event()
        assertEquals("app_headers", event.handspan.getString("reason"))
        assertEquals("6a5e1c8d2f9b47038c41d7e2b0956f3a", event.traceId)
    }
}
