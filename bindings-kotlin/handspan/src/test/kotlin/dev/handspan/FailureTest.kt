package dev.handspan

import dev.handspan.support.FIRST
import dev.handspan.support.FakeCore
import dev.handspan.support.Net
import dev.handspan.support.body
import dev.handspan.support.get
import okhttp3.Call
import okhttp3.Callback
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import okhttp3.mockwebserver.MockResponse
import okhttp3.mockwebserver.SocketPolicy
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.IOException
import java.net.ServerSocket
import java.net.SocketTimeoutException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit

/** A call that goes wrong goes wrong as it would without us, and is reported once. */
class FailureTest {
    private val net = Net()
    private val core = FakeCore()
    private val handspan = core.handspan()

    @AfterEach
    fun close() {
        net.close()
        assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }
        assertEquals(0, handspan.tracker.callsUnderWay)
        assertTrue(core.finished.isEmpty(), "reported once")
    }

    /**
     * What the app sees, without and with Handspan.
     *
     * @param raced OkHttp and the socket race each other: now one's message comes, now the other's.
     */
    private fun bothWays(
        configure: OkHttpClient.Builder.() -> Unit = {},
        raced: Boolean = false,
        run: (OkHttpClient) -> IOException,
    ) {
        val without = run(net.client(configure))
        val with = run(net.client { configure(); handspan(handspan) })
        if (!raced) assertEquals("$without", "$with")
        val call = core.take()
        assertEquals(with.javaClass.name, call.errorKind)
        assertEquals(with.message, call.errorMessage)
    }

    private fun OkHttpClient.failing(request: Request): IOException = assertThrows(IOException::class.java) { body(request) }

    @Test
    fun `status 500`() {
        val site = net.site { MockResponse().setResponseCode(500).setHeader("Content-Type", "text/x").setBody("no") }
        net.client { handspan(handspan) }.newCall(get(site.url(FIRST))).execute().use { assertEquals(500, it.code) }
        val call = core.take()
        assertEquals(500.toUShort(), call.statusCode)
        assertEquals("text/x", call.contentType)
        assertEquals(500.toUShort(), call.hops.single().statusCode)
        assertNull(call.errorKind)
    }

    @Test
    fun `connection refused`() {
        val free = ServerSocket(0).use { it.localPort }
        val url = net.site().url(FIRST).newBuilder().port(free).build()
        val call = net.client { handspan(handspan) }.failing(get(url)).let { core.take() }
        assertEquals("java.net.ConnectException", call.errorKind)
        assertTrue(call.hops.isEmpty(), "nothing reached the wire")
        assertNull(call.statusCode)
        bothWays { it.failing(get(url)) }
    }

    @Test
    fun `connection cut`() {
        val site = net.site { MockResponse().setSocketPolicy(SocketPolicy.DISCONNECT_AFTER_REQUEST) }
        val one: OkHttpClient.Builder.() -> Unit = { retryOnConnectionFailure(false) }
        val call = net.client { one(); handspan(handspan) }.failing(get(site.url(FIRST))).let { core.take() }
        assertEquals(core.plans.single(), call.hops.single().plan, "the ids went out")
        assertNotNull(call.errorKind)
        val without = net.client(one).failing(get(site.url(FIRST)))
        assertEquals(without.javaClass.name, call.errorKind)
    }

    @Test
    fun `read timeout`() {
        val site = net.site { MockResponse().setSocketPolicy(SocketPolicy.NO_RESPONSE) }
        bothWays({ readTimeout(200, TimeUnit.MILLISECONDS) }, raced = true) { client ->
            client.failing(get(site.url(FIRST))).also { assertEquals(SocketTimeoutException::class.java, it.javaClass) }
        }
    }

    @Test
    fun `call timeout`() {
        val site = net.site { MockResponse().setSocketPolicy(SocketPolicy.NO_RESPONSE) }
        bothWays({ callTimeout(200, TimeUnit.MILLISECONDS) }) { it.failing(get(site.url(FIRST))) }
    }

    @Test
    fun cancelled() {
        val arrived = LinkedBlockingQueue<Unit>()
        val site = net.site {
            arrived.add(Unit)
            MockResponse().setSocketPolicy(SocketPolicy.NO_RESPONSE)
        }
        bothWays(raced = true) { client ->
            val failure = CompletableFuture<IOException>()
            val call = client.newCall(get(site.url(FIRST)))
            call.enqueue(object : Callback {
                override fun onFailure(call: Call, e: IOException) {
                    failure.complete(e)
                }

                override fun onResponse(call: Call, response: Response) {
                    failure.completeExceptionally(AssertionError("answered"))
                }
            })
            arrived.poll(5, TimeUnit.SECONDS)
            call.cancel()
            failure.get(5, TimeUnit.SECONDS)
        }
    }

    @Test
    fun `the body breaks off`() {
        val site = net.site {
            MockResponse().setBody("x".repeat(100_000)).setSocketPolicy(SocketPolicy.DISCONNECT_DURING_RESPONSE_BODY)
        }
        bothWays { it.failing(get(site.url(FIRST))) }
        net.client { handspan(handspan) }.failing(get(site.url(FIRST)))
        assertEquals(200.toUShort(), core.take().statusCode, "the answer had begun")
    }

    @Test
    fun `what an interceptor of the app throws comes through as the same object`() {
        val site = net.site()
        for (mine in listOf(IOException("mine"), IllegalStateException("mine"), AssertionError("mine"))) {
            for (network in listOf(false, true)) {
                val client = net.client {
                    handspan(handspan)
                    if (network) addNetworkInterceptor { throw mine } else addInterceptor { throw mine }
                }
                assertSame(mine, assertThrows(Throwable::class.java) { client.body(get(site.url(FIRST))) })
                val call = core.take()
                assertEquals(mine.javaClass.name, call.errorKind)
                assertEquals(if (network) 1 else 0, call.hops.size)
            }
        }
    }

    @Test
    fun `a body is handed on as it comes`() {
        val site = net.site {
            MockResponse().setBody("x".repeat(64 * 1024)).throttleBody(1024, 20, TimeUnit.MILLISECONDS)
        }
        net.client { handspan(handspan) }.newCall(get(site.url(FIRST))).execute().use { response ->
            response.body!!.source().readByte()
            assertTrue(core.finished.isEmpty(), "not before the body has ended")
            assertEquals(64 * 1024 - 1, response.body!!.source().readByteArray().size)
        }
        assertEquals(64UL * 1024UL, core.take().responseBodyBytes)
    }
}
