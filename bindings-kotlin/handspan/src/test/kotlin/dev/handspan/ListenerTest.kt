package dev.handspan

import dev.handspan.internal.ListenerPair
import dev.handspan.internal.together
import dev.handspan.support.FIRST
import dev.handspan.support.FakeCore
import dev.handspan.support.Net
import dev.handspan.support.body
import dev.handspan.support.get
import okhttp3.Call
import okhttp3.Connection
import okhttp3.EventListener
import okhttp3.OkHttp
import okhttp3.OkHttpClient
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.mockwebserver.MockResponse
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.IOException
import java.net.InetSocketAddress
import java.net.Proxy
import java.util.concurrent.CopyOnWriteArrayList

/** Timings, and the app's own listener beside ours. */
class ListenerTest {
    private val net = Net()
    private val core = FakeCore()
    private val handspan = core.handspan()

    @AfterEach
    fun close() {
        net.close()
        assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }
    }

    /** An app's listener that notes what it hears. */
    private class Own : EventListener() {
        val heard = CopyOnWriteArrayList<String>()

        override fun callStart(call: Call) {
            heard.add("callStart")
        }

        override fun dnsStart(call: Call, domainName: String) {
            heard.add("dnsStart $domainName")
        }

        override fun connectStart(call: Call, inetSocketAddress: InetSocketAddress, proxy: Proxy) {
            heard.add("connectStart")
        }

        override fun connectionAcquired(call: Call, connection: Connection) {
            heard.add("connectionAcquired")
        }

        override fun responseBodyEnd(call: Call, byteCount: Long) {
            heard.add("responseBodyEnd $byteCount")
        }

        override fun callEnd(call: Call) {
            heard.add("callEnd")
        }

        override fun callFailed(call: Call, ioe: IOException) {
            heard.add("callFailed")
        }
    }

    private val expected =
        listOf("callStart", "dnsStart $FIRST", "connectStart", "connectionAcquired", "responseBodyEnd 5", "callEnd")

    private fun heard(client: (Own) -> OkHttpClient): List<String> {
        val own = Own()
        client(own).body(get(net.site().url(FIRST)))
        assertNotNull(core.take().timings.firstByte, "ours has heard them too")
        return own.heard
    }

    @Test
    fun `a listener set before is kept`() {
        assertEquals(expected, heard { net.client { eventListener(it).handspan(handspan) } })
        assertEquals(expected, heard { own -> net.client { eventListenerFactory { own }.handspan(handspan) } })
    }

    @Test
    fun `a listener set afterwards can be wrapped`() = assertEquals(
        expected,
        heard { own ->
            net.client {
                handspan(handspan).eventListenerFactory(HandspanEventListener.Factory(handspan, EventListener.Factory { own }))
            }
        },
    )

    @Test
    fun `OkHttp puts listeners together itself where it can`() {
        val version = System.getProperty("handspan.okhttp.version")
        // By reflection: the compiler would write the constant of its own OkHttp here.
        assertEquals(version, OkHttp::class.java.getField("VERSION").get(null), "the class path that this run is for")
        val five = version.startsWith("5.")
        val both = together(Own(), Own())
        assertEquals(!five, both is ListenerPair)
    }

    @Test
    fun `the pair for OkHttp 4 passes on every event that OkHttp 4 has`() {
        val events = EventListener::class.java.declaredMethods
            .filter { it.returnType == Void.TYPE && it.parameterTypes.firstOrNull() == Call::class.java }
            .map { it.name }.toSet()
        val forwarded = ListenerPair::class.java.declaredMethods.map { it.name }.toSet()
        // OkHttp 5 has more; there the pair is not used.
        val newer = setOf("dispatcherQueueStart", "dispatcherQueueEnd", "retryDecision", "followUpDecision")
        assertEquals(events - newer, forwarded)

        val first = Own()
        val second = Own()
        val client = net.client { eventListener(ListenerPair(first, second)) }
        client.body(get(net.site().url(FIRST)))
        assertEquals(expected, first.heard.toList())
        assertEquals(expected, second.heard.toList())
    }

    @Test
    fun `an app's listener that throws does so as without us, and the call is reported`() {
        val mine = IllegalStateException("mine")
        val client = net.client {
            eventListener(object : EventListener() {
                override fun responseHeadersStart(call: Call) = throw mine
            }).handspan(handspan)
        }
        assertSame(mine, assertThrows(IllegalStateException::class.java) { client.body(get(net.site().url(FIRST))) })
        assertEquals("java.lang.IllegalStateException", core.take().errorKind)
    }

    @Test
    fun `phases lie in the call, in order`() {
        val site = net.site(tls = true)
        val request = get(site.url(FIRST)).newBuilder().post("hello!".toRequestBody()).build()
        net.client { handspan(handspan) }.body(request)
        val call = core.take()
        val phases = with(call.timings) { listOf(dns, connect, ssl, firstByte, download) }.map { it!! }
        assertEquals(phases.map { it.startNs }.sorted(), phases.map { it.startNs })
        val (dns, connect, ssl) = phases
        assertTrue(dns.startNs + dns.durationNs <= connect.startNs)
        assertTrue(ssl.startNs + ssl.durationNs <= connect.startNs + connect.durationNs, "TLS is part of connecting")
        assertTrue(phases.all { it.startNs + it.durationNs <= call.durationNs })
        assertEquals(6UL, call.requestBodyBytes)
        assertEquals(5UL, call.responseBodyBytes)
    }

    @Test
    fun `phases are those of the last hop`() {
        val onwards = MockResponse().setResponseCode(302).setHeader("Location", "/end")
        val site = net.site { if (it.path == "/") onwards else MockResponse().setBody("hello") }
        val client = net.client { handspan(handspan) }
        client.body(get(site.url(FIRST)))
        val timings = core.take().timings
        assertEquals(null, timings.connect, "the last hop used the connection again")
        val redirect = timings.redirect!!
        assertEquals(0UL, redirect.startNs)
        assertTrue(timings.firstByte!!.startNs >= redirect.durationNs)
    }
}
