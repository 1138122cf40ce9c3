package dev.handspan

import dev.handspan.support.FIRST
import dev.handspan.support.FakeCore
import dev.handspan.support.Net
import dev.handspan.support.SUBDOMAIN
import dev.handspan.support.THIRD
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.redirect
import dev.handspan.support.traceHeaders
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import okhttp3.mockwebserver.MockResponse
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit

/** The three pieces together, alone, and more than once. */
class InstallTest {
    private val net = Net()
    private val core = FakeCore()
    private val handspan = core.handspan()

    @AfterEach
    fun close() {
        net.close()
        assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }
        assertEquals(0, handspan.tracker.callsUnderWay)
        assertTrue(core.finished.isEmpty(), "nothing twice")
    }

    private fun installed(client: OkHttpClient) =
        client.interceptors.count { it is HandspanInterceptor } to
            client.networkInterceptors.count { it is HandspanNetworkInterceptor }

    @Test
    fun `installing twice is as good as once`() {
        val once = net.client { handspan(handspan) }
        val twice = net.client { handspan(handspan).handspan(handspan) }
        val derived = once.newBuilder().handspan(handspan).build()
        assertEquals(listOf(1 to 1, 1 to 1, 1 to 1), listOf(once, twice, derived).map(::installed))
        assertEquals(once.eventListenerFactory, derived.eventListenerFactory)
    }

    @Test
    fun `pieces added twice by hand neither trace nor report twice`() {
        val site = net.site()
        val client = net.client {
            repeat(2) {
                addInterceptor(HandspanInterceptor(handspan))
                addNetworkInterceptor(HandspanNetworkInterceptor(handspan))
            }
            eventListenerFactory(HandspanEventListener.Factory(handspan, HandspanEventListener.Factory(handspan)))
        }
        client.body(get(site.url(FIRST)))
        assertEquals(listOf("traceparent", "tracestate"), site.take().headers.names().filter { it.startsWith("trace") })
        assertEquals(1, core.planned.size)
        assertEquals(1, core.take().hops.size)
    }

    @Test
    fun `only the network interceptor traces and reports each hop`() {
        val second = net.site()
        val first = net.site { redirect(second.url(SUBDOMAIN)) }
        net.client { addNetworkInterceptor(HandspanNetworkInterceptor(handspan)) }.body(get(first.url(FIRST)))
        for (site in listOf(first, second)) {
            val call = core.take()
            val plan = call.hops.single().plan
            assertEquals("00-${plan.traceId}-${plan.spanId}-01", site.take().traceHeaders()["traceparent"])
        }
    }

    @Test
    fun `only the application interceptor reports and does not trace`() {
        val site = net.site()
        net.client { addInterceptor(HandspanInterceptor(handspan)) }.body(get(site.url(FIRST)))
        assertTrue(site.take().traceHeaders().isEmpty())
        val call = core.take()
        assertEquals(200.toUShort(), call.statusCode)
        assertTrue(call.hops.isEmpty())
    }

    @Test
    fun `without the listener the call is reported with the response's headers`() {
        val site = net.site()
        val client = net.client {
            addInterceptor(HandspanInterceptor(handspan))
            addNetworkInterceptor(HandspanNetworkInterceptor(handspan))
        }
        client.newCall(get(site.url(FIRST))).execute().use {
            val call = core.take()
            assertEquals(200.toUShort(), call.statusCode)
            assertEquals(5UL, call.responseBodyBytes)
            assertEquals(core.plans.single(), call.hops.single().plan)
            assertNull(call.timings.dns)
        }
    }

    @Test
    fun `only the listener does nothing`() {
        val site = net.site()
        net.client { eventListenerFactory(HandspanEventListener.Factory(handspan)) }.body(get(site.url(FIRST)))
        assertTrue(site.take().traceHeaders().isEmpty())
        assertTrue(core.finished.isEmpty())
    }

    @Test
    fun `hops of one call share the trace and each has a span`() {
        val last = net.site()
        val third = net.site { redirect(last.url(SUBDOMAIN)) }
        val first = net.site { redirect(third.url(THIRD)) }
        net.client { handspan(handspan) }.body(get(first.url(FIRST)))
        val call = core.take()
        assertEquals(listOf("traced", "host_not_first_party", "traced"), call.hops.map { it.plan.reason })
        assertEquals(call.hops[0].plan.traceId, call.hops[2].plan.traceId)
        assertNotEquals(call.hops[0].plan.spanId, call.hops[2].plan.spanId)
        assertEquals(listOf(302, 302, 200), call.hops.map { it.statusCode?.toInt() })
        assertEquals(first.url(FIRST).toString(), call.url)
        assertNotNull(call.timings.redirect)
        val starts = call.hops.map { it.startNs!! }
        val ends = call.hops.map { hop -> hop.durationNs?.let { hop.startNs!! + it } ?: call.durationNs }
        val times = starts.zip(ends).flatMap { (start, end) -> listOf(start, end) }
        assertEquals(times.sorted(), times, "each hop begins after the one before it, the last one ends with the call")
        assertEquals(listOf(true, true, false), call.hops.map { it.durationNs != null })
        assertTrue(third.take().traceHeaders().isEmpty())
    }

    @Test
    fun `a hop tells its method where a redirect has turned it`() {
        val last = net.site()
        val first = net.site { redirect(last.url(SUBDOMAIN)).setResponseCode(303) }
        val post = Request.Builder().url(first.url(FIRST)).post("x".toRequestBody()).build()
        net.client { handspan(handspan) }.body(post)
        val call = core.take()
        assertEquals("POST", call.method)
        assertEquals(listOf(null, "GET"), call.hops.map { it.method })
    }

    @Test
    fun `a retry by an interceptor of the app is one call with a span for each try`() {
        var answers = 0
        val site = net.site { MockResponse().setResponseCode(if (answers++ == 0) 503 else 200) }
        val client = net.client {
            addInterceptor { chain ->
                val response = chain.proceed(chain.request())
                if (response.code != 503) return@addInterceptor response
                response.close()
                chain.proceed(chain.request())
            }
            handspan(handspan)
        }
        client.body(get(site.url(FIRST)))
        val call = core.take()
        assertEquals(200.toUShort(), call.statusCode)
        assertEquals(listOf(503, 200), call.hops.map { it.statusCode?.toInt() })
        assertEquals(1, call.hops.map { it.plan.traceId }.toSet().size)
        assertEquals(2, call.hops.map { it.plan.spanId }.toSet().size)
    }

    @Test
    fun `a call that is executed again is another call`() {
        val site = net.site()
        val call = net.client { handspan(handspan) }.newCall(get(site.url(FIRST)))
        call.execute().close()
        call.clone().execute().close()
        assertNotEquals(core.take().hops.single().plan.traceId, core.take().hops.single().plan.traceId)
    }

    @Test
    fun `a web socket connects, untraced`() {
        val site = net.site { MockResponse().withWebSocketUpgrade(object : WebSocketListener() {}) }
        val opened = CompletableFuture<Int>()
        val socket = net.client { handspan(handspan) }.newWebSocket(
            get(site.url(FIRST)),
            object : WebSocketListener() {
                override fun onOpen(webSocket: WebSocket, response: Response) {
                    opened.complete(response.code)
                }

                override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) {
                    opened.completeExceptionally(t)
                }
            },
        )
        assertEquals(101, opened.get(5, TimeUnit.SECONDS))
        socket.cancel()
        assertTrue(site.take().traceHeaders().isEmpty())
        assertEquals(listOf("web_socket"), core.take().also { assertEquals(101.toUShort(), it.statusCode) }.hops.map { it.plan.reason })
    }
}
