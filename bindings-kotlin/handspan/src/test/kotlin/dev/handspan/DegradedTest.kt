package dev.handspan

import dev.handspan.ffi.FinishedCall
import dev.handspan.ffi.Header
import dev.handspan.ffi.HopPlan
import dev.handspan.ffi.HopRequest
import dev.handspan.internal.CoreDoor
import dev.handspan.support.FIRST
import dev.handspan.support.FakeCore
import dev.handspan.support.LocalIntake
import dev.handspan.support.Net
import dev.handspan.support.THIRD
import dev.handspan.support.body
import dev.handspan.support.get
import dev.handspan.support.handspanOver
import dev.handspan.support.realHandspan
import dev.handspan.support.redirect
import dev.handspan.support.traceHeaders
import okhttp3.Headers
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** Whatever is wrong with us, the app's requests succeed and the app can read why. */
class DegradedTest {
    private val net = Net()
    private val site = net.site()

    @AfterEach
    fun close() = net.close()

    private fun assertUntouched(handspan: Handspan) {
        assertEquals("hello", net.client { handspan(handspan) }.body(get(site.url(FIRST))))
        assertTrue(site.take().traceHeaders().isEmpty())
    }

    private fun started(configuration: HandspanConfiguration) = Handspan.start(configuration).also { it.awaitReady(30_000) }

    @Test
    fun `before it is ready requests go out untouched and are counted`() {
        val loaded = CountDownLatch(1)
        val core = FakeCore()
        val handspan = handspanOver(CoreDoor { loaded.await(); core })
        assertEquals(HandspanState.STARTING, handspan.status().state)
        assertFalse(handspan.awaitReady(1))
        assertFalse(handspan.flush(1))
        repeat(3) { assertUntouched(handspan) }
        assertEquals(3, handspan.status().requestsBeforeReady)
        handspan.setTrackingConsent(TrackingConsent.PENDING)
        loaded.countDown()
        assertTrue(handspan.awaitReady(5_000))
        assertEquals(listOf(TrackingConsent.PENDING), core.consents.toList())
        assertTrue(core.finished.isEmpty())
        net.client { handspan(handspan) }.body(get(site.url(FIRST)))
        assertFalse(site.take().traceHeaders().isEmpty())
        assertEquals(3, handspan.status().requestsBeforeReady)
    }

    @Test
    fun `a call that is under way when it gets ready tells both`() {
        val loaded = CountDownLatch(1)
        val core = FakeCore()
        val handspan = handspanOver(CoreDoor { loaded.await(); core })
        val first = net.site {
            loaded.countDown()
            check(handspan.awaitReady(5_000))
            redirect(site.url(FIRST))
        }
        net.client { handspan(handspan) }.body(get(first.url(FIRST)))
        assertEquals(listOf("not_ready", "traced"), core.take().hops.map { it.plan.reason })
        assertEquals(1, handspan.status().requestsBeforeReady)
    }

    @Test
    fun `starting touches neither the library nor the door on the caller's thread`() {
        val thread = CompletableFuture<Thread>()
        val handspan = handspanOver(CoreDoor { thread.complete(Thread.currentThread()); FakeCore() })
        assertTrue(handspan.awaitReady(5_000))
        val opener = thread.get(5, TimeUnit.SECONDS)
        assertEquals("handspan-start", opener.name)
        assertTrue(opener.isDaemon)
    }

    @Test
    fun `a door that fails, whatever it throws`() {
        for (failure in listOf(IllegalStateException("why"), StackOverflowError(), NoClassDefFoundError("com/sun/jna/Native"))) {
            val handspan = handspanOver(CoreDoor { throw failure })
            assertFalse(handspan.awaitReady(5_000))
            assertUntouched(handspan)
            val status = handspan.status()
            assertEquals(HandspanState.FAILED, status.state)
            assertEquals(1, status.requestsWithoutCore)
            val wanted = if (failure is NoClassDefFoundError) "net.java.dev.jna:jna" else failure.javaClass.name
            assertTrue(wanted in status.reason!!) { status.reason }
        }
    }

    @Test
    fun `an empty token with an intake`() {
        val handspan = started(HandspanConfiguration("", "7f1d8a52-3c0e-4b6f-9a51-0d2c4e6f8a10") {
            instance("empty-token").firstPartyHost(FIRST).intake(Intake.datadog("us1"))
        })
        assertUntouched(handspan)
        assertEquals(HandspanState.FAILED, handspan.status().state)
        assertTrue("client_token" in handspan.status().reason!!) { handspan.status().reason }
    }

    @Test
    fun `a malformed host takes no other with it`() {
        LocalIntake().use { intake ->
            val handspan = realHandspan(intake) { firstPartyHost("exa mple.com").firstPartyHost("bad..test") }
            net.client { handspan(handspan) }.body(get(site.url(FIRST)))
            assertTrue("traceparent" in site.take().traceHeaders())
            val refusals = handspan.status().refusals
            assertEquals(setOf("exa mple.com", "bad..test"), refusals.map { it.value }.toSet())
            assertTrue(refusals.all { it.code == "invalid_host" && it.message.isNotEmpty() }) { "$refusals" }
            handspan.shutdown()
        }
    }

    @Test
    fun `a folder that can't be made`(@TempDir folder: File) {
        val file = File(folder, "file").apply { writeText("in the way") }
        LocalIntake().use { intake ->
            val handspan = realHandspan(intake) { storageDir(File(file, "handspan")) }
            assertEquals("hello", net.client { handspan(handspan) }.body(get(site.url(FIRST))))
            assertTrue(handspan.flush(10_000))
            val status = handspan.status()
            assertEquals("memory", status.storage)
            assertEquals(listOf("storage_unavailable"), status.refusals.map { it.code })
            assertEquals(site.url(FIRST).toString(), intake.take().getJSONObject("resource").getString("url"))
            handspan.shutdown()
        }
    }

    @Test
    fun `after shutdown`() {
        val core = FakeCore()
        val handspan = core.handspan()
        handspan.shutdown()
        assertTrue(core.shut)
        assertUntouched(handspan)
        assertEquals(HandspanState.STOPPED, handspan.status().state)
        assertEquals(1, handspan.status().requestsWithoutCore)
        assertNull(core.finished.poll())
        assertFalse(handspan.flush(10))
    }

    @Test
    fun `what is ours does not go on to another host without a core either`() {
        val handspan = FakeCore().handspan()
        val client = net.client { handspan(handspan) }
        val own = get(site.url(FIRST)).newBuilder().headers(Headers.Builder().addUnsafeNonAscii("tracestate", "é=1").build())
        val sent = client.newCall(own.build()).execute().use { it.networkResponse!!.request }
        assertTrue("traceparent" in site.take().traceHeaders())
        handspan.shutdown()
        client.body(sent.newBuilder().url(site.url(THIRD)).build())
        assertEquals(setOf("tracestate"), site.take().traceHeaders().keys, "only the app's own")
        assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }
    }

    @Test
    fun `shut down while it starts`() {
        val loaded = CountDownLatch(1)
        val closed = CountDownLatch(1)
        val core = object : FakeCore() {
            override fun shutdown() = closed.countDown()
        }
        val handspan = handspanOver(CoreDoor { loaded.await(); core })
        handspan.shutdown()
        assertFalse(handspan.awaitReady(5_000))
        loaded.countDown()
        assertTrue(closed.await(5, TimeUnit.SECONDS), "the core that came too late is closed")
        assertEquals(HandspanState.STOPPED, handspan.status().state)
    }

    @Test
    fun `a core that throws never reaches the app`() {
        val core = object : FakeCore() {
            override fun plan(request: HopRequest): HopPlan = throw IllegalStateException("ours")
            override fun finish(call: FinishedCall) {
                super.finish(call)
                throw StackOverflowError("ours")
            }
        }
        val handspan = core.handspan()
        assertUntouched(handspan)
        assertEquals("internal_error", core.take().hops.single().plan.reason)
        assertEquals(2, handspan.status().internalErrors)
        assertTrue("ours" in handspan.status().lastInternalError!!)
    }

    @Test
    fun `a header that OkHttp does not take is not set, nor its siblings`() {
        val core = object : FakeCore() {
            override fun plan(request: HopRequest) =
                super.plan(request).let { it.copy(headers = it.headers + Header("tracestate", "a\nb")) }
        }
        val handspan = core.handspan()
        assertUntouched(handspan)
        assertEquals("internal_error", core.take().hops.single().plan.reason)
    }

    @Test
    fun `the interrupt of a waiting thread stays set`() {
        val never = CountDownLatch(1)
        val handspan = handspanOver(CoreDoor { never.await(); FakeCore() })
        Thread.currentThread().interrupt()
        assertFalse(handspan.awaitReady(60_000))
        assertTrue(Thread.interrupted())
        never.countDown()
    }
}
