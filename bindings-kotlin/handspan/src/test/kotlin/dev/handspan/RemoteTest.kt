package dev.handspan

import com.sun.jna.NativeLibrary
import dev.handspan.support.FIRST
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.handspan
import dev.handspan.support.loopback
import dev.handspan.support.realHandspan
import dev.handspan.support.traceHeaders
import okhttp3.mockwebserver.Dispatcher
import okhttp3.mockwebserver.MockResponse
import okhttp3.mockwebserver.MockWebServer
import okhttp3.mockwebserver.RecordedRequest
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit

/** The remote document: when it is asked for, when it takes hold, and what its switch stops. */
class RemoteTest {
    private val net = Net()
    private val site = net.site()
    private val intake = LocalIntake()
    private val documents = Documents()
    private val started = ArrayList<Handspan>()

    @AfterEach
    fun close() {
        started.forEach { it.shutdown() }
        documents.close()
        intake.close()
        net.close()
    }

    private fun real(configure: HandspanConfiguration.Builder.() -> Unit = {}): Handspan = realHandspan(intake) {
        version("3.2").remoteConfigurationUrl(documents.url)
        configure()
    }.also { started.add(it) }

    /** The core has heard all that it was told: its thread takes one word after the other. */
    private fun Handspan.heard(): RemoteStats {
        flush(10_000)
        return stats().remote
    }

    /** The document that the server has now is in force, or not believed. */
    private fun Handspan.settled(pulls: Long): RemoteStats {
        val until = System.nanoTime() + 10_000_000_000
        while (true) {
            val remote = stats().remote
            if (remote.pulls >= pulls && remote.state != "pulling") return remote
            check(System.nanoTime() < until) { "$remote" }
            Thread.yield()
        }
    }

    private fun Handspan.away(ms: Long) {
        enterBackground()
        skip(ms)
        enterForeground()
    }

    @Test
    fun `it is asked for at the start, and again only after more than 30 s in the background`() {
        val handspan = real()
        val first = documents.take()
        assertEquals("handspan/", first.getHeader("User-Agent")!!.take(9))
        assertTrue(first.getHeader("User-Agent")!!.endsWith(" (android; 3.2)")) { "${first.headers}" }
        assertEquals(1L to "1", handspan.settled(1).run { applied to version })

        handspan.away(29_000)
        val short = handspan.heard()
        assertEquals(1L to null, short.pulls to short.nextPullMs)

        handspan.away(30_001)
        assertEquals("\"1\"", documents.take().getHeader("If-None-Match"), "within the two seconds of its random wait")
        assertEquals("applied" to 1L, handspan.settled(2).run { state to notModified })
        assertTrue(documents.requests.isEmpty())
    }

    @Test
    fun `a rate, a host and the switch follow within one return to the foreground`() {
        val handspan = real()
        handspan.settled(1)
        val client = net.client { handspan(handspan) }
        fun headers() = client.body(get(site.url(FIRST))).let { site.take().traceHeaders() }
        assertTrue("traceparent" in headers())

        fun publish(version: Int, members: String) {
            documents.publish(version, members)
            val pulls = handspan.stats().remote.pulls
            handspan.away(31_000)
            assertEquals("$version", handspan.settled(pulls + 1).version)
        }
        publish(2, ""","trace_sample_rate":0""")
        assertEquals(emptyMap<String, String>(), headers())
        publish(3, ""","first_party_hosts":{"$FIRST":["b3"]}""")
        assertEquals(setOf("b3"), headers().keys)
        assertTrue(handspan.flush(10_000))
        repeat(3) { intake.take() }

        publish(4, ""","enabled":false""")
        assertEquals(emptyMap<String, String>(), headers())
        assertEquals("disabled" to "remote", handspan.stats().run { hold to remote.disabledBy })
        handspan.flush(10_000)
        assertTrue(intake.isEmpty(), "nothing is recorded")
        publish(5, "")
        assertTrue("traceparent" in headers())
        assertTrue(handspan.flush(10_000))
        val event = intake.take()
        assertEquals("5", event.handspan.getString("remote_version"))
        assertNull(handspan.stats().remote.disabledBy)
    }

    @Test
    fun `an app that is off itself asks nobody, whatever a document would say`() {
        val handspan = real { enabled(false) }
        net.client { handspan(handspan) }.body(get(site.url(FIRST)))
        assertEquals(emptyMap<String, String>(), site.take().traceHeaders())
        handspan.away(60_000)
        assertEquals("none" to "local", handspan.heard().run { state to disabledBy })
        assertTrue(documents.requests.isEmpty() && intake.isEmpty())
    }

    @Test
    fun `the kept document is in force before the server is asked, and the install keeps its id`(@TempDir folder: File) {
        documents.publish(7, ""","trace_sample_rate":0""")
        val first = real { storageDir(folder) }
        val id = first.settled(1).installId
        assertNotNull(id)
        first.shutdown()
        documents.down = true
        val second = real { storageDir(folder) }
        second.heard()
        net.client { handspan(second) }.body(get(site.url(FIRST)))
        assertEquals(emptyMap<String, String>(), site.take().traceHeaders())
        val remote = second.heard()
        assertEquals(listOf("7", id, 1L), listOf(remote.version, remote.installId, remote.startsWithoutMark))
    }

    @Test
    fun `without the signature of a key that the app knows it changes nothing but a counter`() {
        documents.publish(7, ""","enabled":false""")
        val handspan = real { remoteConfigurationKeys(mapOf("2026" to "A".repeat(43) + "=")) }
        assertEquals(listOf("refused", 1L, null), handspan.settled(1).run { listOf(state, refused, disabledBy) })
        assertEquals(listOf("not_signed"), handspan.status().refusals.map { it.code })
    }

    /** Serves a document as any static server does: with an ETag. */
    private class Documents : AutoCloseable {
        private val server = MockWebServer()

        @Volatile
        private var current = 1 to ""

        @Volatile
        var down = false
        val requests = LinkedBlockingQueue<RecordedRequest>()

        init {
            server.dispatcher = object : Dispatcher() {
                override fun dispatch(request: RecordedRequest): MockResponse {
                    requests.add(request)
                    val (version, members) = current
                    return when {
                        down -> MockResponse().setResponseCode(503)
                        request.getHeader("If-None-Match") == "\"$version\"" -> MockResponse().setResponseCode(304)
                        else -> MockResponse().setHeader("ETag", "\"$version\"").setBody("""{"version":$version$members}""")
                    }
                }
            }
            server.start(loopback(), 0)
        }

        val url: String get() = "http://127.0.0.1:${server.port}/config.json"

        fun publish(version: Int, members: String) {
            current = version to members
        }

        fun take(): RecordedRequest = requests.poll(10, TimeUnit.SECONDS) ?: throw AssertionError("nobody asked")

        override fun close() = server.shutdown()
    }

    private companion object {
        private val skip = NativeLibrary.getInstance("handspan").getFunction("handspan_test_skip_ms")

        /** Puts the core's clock forward: a development build has this symbol. */
        private fun skip(ms: Long) = skip.invoke(arrayOf(ms))
    }
}
