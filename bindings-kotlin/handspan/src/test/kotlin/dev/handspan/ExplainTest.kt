package dev.handspan

import dev.handspan.internal.CoreDoor
import dev.handspan.support.FIRST
import dev.handspan.support.FakeCore
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.get
import dev.handspan.support.handspanOver
import dev.handspan.support.realHandspan
import okhttp3.Request
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CountDownLatch

/** The person who asks why a request did not join gets the answer in a sentence. */
class ExplainTest {
    private fun <T> explained(configure: HandspanConfiguration.Builder.() -> Unit = {}, use: (Handspan) -> T): T =
        LocalIntake().use { intake ->
            val handspan = realHandspan(intake, configure)
            use(handspan).also { handspan.shutdown() }
        }

    @Test
    fun `what the rates decide`() = explained({ firstPartyHost(FIRST, HostRule(sampleRate = 12.5)).sessionSampleRate(0.0) }) {
        val why = it.explain("https://api.first.test/cart?x=1")
        assertFalse(why.traced)
        assertEquals(listOf("session_not_sampled", "rates", FIRST), listOf(why.reason, why.decidedBy, why.hostEntry))
        assertEquals(listOf("datadog", "tracecontext"), why.formats)
        assertEquals(listOf(0.0, 12.5), listOf(why.sessionRate, why.traceRate))
        assertEquals("first_party_hosts[\"first.test\"].sample_rate", why.traceRateFrom)
        assertTrue(why.sessionPosition in 0.0..100.0)
        assertTrue(why.words.length > 40 && why.words in why.toString()) { why.words }
    }

    @Test
    fun `each kind of answer`() = explained { handspan ->
        val traced = handspan.explain("http://first.test/")
        assertTrue(traced.traced)
        assertEquals(8, traced.headers.size)
        assertEquals(true, traced.sampled)
        val own = Request.Builder().url("http://first.test/")
        val codes = mapOf(
            handspan.explain("http://third.test/") to "host_not_first_party/host",
            handspan.explain("ftp://first.test/") to "unsupported_scheme/scheme",
            handspan.explain("http://exa mple/") to "invalid_host/host",
            handspan.explain("") to "unsupported_scheme/scheme",
            handspan.explain(own.keepTrace().build()) to "traced_forced/forced",
            handspan.explain(own.header("traceparent", "custom").build()) to "app_headers_malformed/app_headers",
        )
        for ((why, code) in codes) {
            assertEquals(code, "${why.reason}/${why.decidedBy}")
            assertTrue(why.words.isNotEmpty())
        }
        assertEquals(0, handspan.status().internalErrors)
        assertEquals(0, handspan.status().recorded, "nothing is recorded")
    }

    @Test
    fun `a request copied from the wire is explained without what was ours`() = explained { handspan ->
        Net().use { net ->
            val sent = net.client { handspan(handspan) }.newCall(get(net.site().url(FIRST))).execute().use { it.networkResponse!!.request }
            assertTrue("traceparent" in sent.headers.names())
            assertEquals("traced", handspan.explain(sent).reason)
        }
    }

    @Test
    fun `without a core`() {
        val loaded = CountDownLatch(1)
        val starting = handspanOver(CoreDoor { loaded.await(); FakeCore() })
        val failed = handspanOver(CoreDoor { throw IllegalStateException("no library") }).also { it.awaitReady(5_000) }
        val stopped = FakeCore().handspan().also { it.shutdown() }
        for ((handspan, word) in mapOf(starting to "starting", failed to "no library", stopped to "shut down")) {
            for (why in listOf(handspan.explain("https://first.test/"), handspan.explain("nonsense"))) {
                assertEquals(listOf("not_ready", "core", false), listOf(why.reason, why.decidedBy, why.traced))
                assertNull(why.traceRate)
                assertTrue(word in why.words) { why.words }
            }
        }
        loaded.countDown()
        assertTrue(starting.awaitReady(5_000))
        assertEquals("traced", starting.explain("https://first.test/").reason)
    }

    @Test
    fun `a core that throws`() {
        val core = object : FakeCore() {
            override fun explain(request: dev.handspan.ffi.HopRequest) = throw IllegalStateException("ours")
        }
        val handspan = core.handspan()
        assertEquals("internal_error", handspan.explain("https://first.test/").reason)
        assertEquals(1, handspan.status().internalErrors)
    }
}
