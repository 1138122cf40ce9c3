package dev.handspan

import dev.handspan.internal.CoreDoor
import dev.handspan.support.FIRST
import dev.handspan.support.FakeCore
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.handspan
import dev.handspan.support.handspanOver
import dev.handspan.support.onlyEvent
import dev.handspan.support.realHandspan
import dev.handspan.support.traceHeaders
import org.json.JSONObject
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CountDownLatch

/** Whose requests these are, and which of them are kept whatever the rates say. */
class KeepTest {
    private val net = Net()
    private val intake = LocalIntake()
    private val site = net.site()
    private val handspan = realHandspan(intake) {
        sessionSampleRate(0.0)
        firstPartyHost(FIRST, HostRule(setOf(TraceFormat.DATADOG, TraceFormat.BAGGAGE)))
    }
    private val client = net.client { handspan(handspan) }

    @AfterEach
    fun close() {
        handspan.shutdown()
        intake.close()
        net.close()
    }

    private fun event(): JSONObject = handspan.onlyEvent(intake, "only what was to be kept")

    @Test
    fun `one request of a session that is not kept`() {
        client.body(get(site.url(FIRST, "/before")))
        client.body(get(site.url(FIRST, "/kept")).newBuilder().keepTrace().build())
        client.body(get(site.url(FIRST, "/after")))
        assertEquals(emptyMap<String, String>(), site.take().traceHeaders())
        val kept = site.take().traceHeaders()
        assertEquals(emptyMap<String, String>(), site.take().traceHeaders())
        assertEquals("2", kept["x-datadog-sampling-priority"])
        assertTrue(kept.getValue("x-datadog-tags").endsWith("_dd.p.dm=-4"))
        val event = event()
        assertEquals("traced_forced", event.handspan.getString("reason"))
        assertEquals(kept["x-datadog-parent-id"], event.getJSONObject("_dd").getString("span_id"))
    }

    @Test
    fun `every request for a while, until it is ended`() {
        handspan.keepTraces(60_000)
        client.body(get(site.url(FIRST)))
        assertEquals("2", site.take().traceHeaders()["x-datadog-sampling-priority"])
        handspan.keepTraces(0)
        client.body(get(site.url(FIRST)))
        assertEquals(emptyMap<String, String>(), site.take().traceHeaders())
        event()
    }

    @Test
    fun `the user and the account stand on the event and in baggage`() {
        handspan.keepTraces(60_000)
        handspan.setUser("Zoë Müller")
        handspan.setAccount("a,1")
        client.body(get(site.url(FIRST)))
        val baggage = site.take().traceHeaders().getValue("baggage")
        assertTrue(baggage.endsWith("user.id=Zo%C3%AB%20M%C3%BCller,account.id=a%2C1"), baggage)
        val event = event()
        assertEquals("Zoë Müller", event.getJSONObject("usr").getString("id"))
        assertEquals("a,1", event.getJSONObject("account").getString("id"))
        handspan.clearUser()
        handspan.setAccount("")
        client.body(get(site.url(FIRST)))
        assertFalse(".id=" in site.take().traceHeaders().getValue("baggage").replace("session.id=", ""))
        // The install's own id may stand there.
        assertFalse(event().optJSONObject("usr")?.has("id") ?: false)
    }

    @Test
    fun `what is said before the core is ready is told to it, the last word only`() {
        val loaded = CountDownLatch(1)
        val core = FakeCore()
        val handspan = handspanOver(CoreDoor { loaded.await(); core })
        handspan.setUser("first")
        handspan.setAccount("account")
        handspan.setUser("second")
        handspan.keepTraces(Long.MAX_VALUE)
        handspan.setUploadConditions(UploadConditions(UploadConditions.Network.NONE))
        handspan.enterBackground()
        handspan.setUploadConditions(UploadConditions(UploadConditions.Network.METERED))
        handspan.enterForeground()
        assertEquals(0, handspan.stats().wakeUps)
        assertTrue(core.told.isEmpty())
        loaded.countDown()
        assertTrue(handspan.awaitReady(5_000))
        handspan.setUser(null)
        val early = listOf("user second", "account account", "keep 86400", "METERED", "foreground")
        assertEquals(early + "user null", core.told.toList())
        assertEquals(1, handspan.stats().wakeUps)
        handspan.shutdown()
        handspan.setUser("nobody")
        handspan.enterBackground()
        assertEquals(early.size + 1, core.told.size)
        assertEquals(emptyList<TrackStats>(), handspan.stats().tracks)
    }

    @Test
    fun `milliseconds become seconds, rounded up`() {
        val core = FakeCore()
        val handspan = core.handspan()
        for (duration in listOf(1L, 1_000L, 0L, -5L, Long.MIN_VALUE)) handspan.keepTraces(duration)
        assertEquals(listOf("keep 1", "keep 1", "keep 0", "keep 0", "keep 0"), core.told.toList())
    }

    @Test
    fun `a hop after one that went out by force is asked for by force as well`() {
        val core = object : FakeCore() {
            override fun plan(request: dev.handspan.ffi.HopRequest) =
                super.plan(request).let { if (planned.size == 1) it.copy(reason = "traced_forced") else it }
        }
        val handspan = core.handspan()
        val last = net.site()
        val first = net.site { dev.handspan.support.redirect(last.url(FIRST)) }
        net.client { handspan(handspan) }.body(get(first.url(FIRST)))
        assertEquals(listOf(false, true), core.planned.map { it.keep })
    }
}
