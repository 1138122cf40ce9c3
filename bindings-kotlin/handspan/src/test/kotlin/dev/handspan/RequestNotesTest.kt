package dev.handspan

import dev.handspan.ffi.GraphQlOperation
import dev.handspan.ffi.Header
import dev.handspan.internal.toMap
import dev.handspan.support.FIRST
import dev.handspan.support.FakeCore
import dev.handspan.support.Net
import dev.handspan.support.body
import dev.handspan.support.get
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.mockwebserver.MockResponse
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test
import java.io.IOException

/** What the app says of a request, and which of its headers are told. */
class RequestNotesTest {
    private val core = FakeCore()
    private val handspan = core.handspan()
    private val net = Net()
    private val client = net.client { handspan(handspan) }

    @AfterEach
    fun close() = net.close()

    @Test
    fun `a GraphQL request tells what it asks`() {
        val request = get(net.site().url(FIRST)).newBuilder()
        client.body(request.graphQl(GraphQlType.MUTATION, "Buy", "{\"id\":1}", "mutation Buy\uD83D").build())
        assertEquals(GraphQlOperation("mutation", "Buy", "{\"id\":1}", "mutation Buy?"), core.take().graphql)
        client.body(request.graphQl(GraphQlType.SUBSCRIPTION).build())
        assertEquals(GraphQlOperation("subscription", null, null, null), core.take().graphql)
        client.body(get(request.build().url))
        assertNull(core.take().graphql)
    }

    @Test
    fun `attributes are those of the moment when the request was tagged`() {
        val attributes = hashMapOf<String, Any?>("a" to 1, "bad" to object {
            override fun toString(): String = throw IllegalStateException()
        })
        val request = get(net.site().url(FIRST)).newBuilder().rumAttributes(attributes).build()
        attributes["a"] = 2
        client.body(request)
        assertEquals(mapOf<String, Any?>("a" to 1L), core.take().attributes.toMap())
        assertEquals(1, handspan.status().attributesDropped)
    }

    @Test
    fun `the headers that the core asks for are told, as they were on the wire`() {
        val last = net.site { MockResponse().setBody("hello").addHeader("X-App", "one").addHeader("x-app", "two") }
        val first = net.site {
            dev.handspan.support.redirect(last.url(FIRST)).setHeader("X-App", "not the last one's")
        }
        val body = "{}".toRequestBody("application/json".toMediaType())
        val request = get(first.url(FIRST)).newBuilder().header("x-app", "mine").header("x-other", "no").method("PUT", body)
        client.newCall(request.build()).execute().use { it.body!!.string() }
        val call = core.take()
        // OkHttp turns a redirected PUT into a GET, which has no body.
        assertEquals(listOf(Header("x-app", "mine")), call.requestHeaders)
        assertEquals(listOf(Header("x-app", "one"), Header("x-app", "two")), call.responseHeaders)

        client.newCall(get(last.url(FIRST)).newBuilder().method("PUT", body).build()).execute().use { it.body!!.string() }
        assertEquals(listOf(Header("content-type", "application/json; charset=utf-8")), core.take().requestHeaders)
    }

    @Test
    fun `a request that never left tells the app's own`() {
        val failing = net.client { handspan(handspan).addInterceptor { throw IOException() } }
        assertThrows(IOException::class.java) {
            failing.body(get(net.site().url(FIRST)).newBuilder().header("X-App", "mine").build())
        }
        val call = core.take()
        assertEquals(listOf(Header("x-app", "mine")), call.requestHeaders)
        assertEquals(emptyList<Header>(), call.responseHeaders)
    }
}
