package dev.handspan

import dev.handspan.ffi.RumCommand
import dev.handspan.internal.CoreDoor
import dev.handspan.support.FakeCore
import dev.handspan.support.handspanOver
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch

/** What is said while the library is being loaded. */
class BeforeReadyTest {
    private val loaded = CountDownLatch(1)
    private val core = FakeCore()
    private val handspan = handspanOver(CoreDoor { loaded.await(); core })

    private fun load() {
        loaded.countDown()
        assertTrue(handspan.awaitReady(5_000)) { handspan.status().toString() }
    }

    private fun names() = core.commands.map { (it as RumCommand.AddViewTiming).name }

    @Test
    fun `it arrives in order, with its age, and before what is said afterwards`() {
        handspan.rum.startView("a", "A")
        val said = System.nanoTime()
        handspan.logger("l").info("line")
        handspan.rum.stopView("a")
        while (System.nanoTime() - said < 5_000_000) Thread.onSpinWait()
        load()
        handspan.rum.stopSession()
        assertEquals(listOf("StartView", "Log", "StopView", "StopSession"), core.commands.map { it.javaClass.simpleName })
        val ages = core.recorded.map { it.second }
        assertTrue(ages[0] >= 5 && ages[0] >= ages[2], "$ages")
        assertEquals(0, ages[3])
    }

    @Test
    fun `at most a thousand, and what is over is counted`() {
        repeat(1_003) { handspan.rum.addViewTiming("$it") }
        // What a state is takes no room.
        handspan.setUser("u")
        assertEquals(3, handspan.status().commandsDropped)
        load()
        assertEquals(List(1_000) { "$it" }, names())
        assertEquals("u", core.users.single()!!.id)
    }

    @Test
    fun `at most about a megabyte`() {
        repeat(4) { handspan.rum.addViewTiming("$it" + "x".repeat(300_000)) }
        handspan.rum.addViewTiming("small")
        load()
        assertEquals(listOf('0', '1', '2', 's'), names().map { it.first() })
        assertEquals(1, handspan.status().commandsDropped)
    }

    @Test
    fun `a user who refuses takes back what was said, and nothing is kept until they grant`() {
        handspan.rum.addViewTiming("before")
        handspan.setTrackingConsent(TrackingConsent.REFUSED)
        handspan.rum.addViewTiming("refused")
        handspan.setTrackingConsent(TrackingConsent.GRANTED)
        handspan.rum.addViewTiming("granted")
        load()
        assertEquals(listOf("granted"), names())
        assertEquals(0, handspan.status().commandsDropped)
    }

    @Test
    fun `what is cleared is gone`() {
        handspan.rum.addViewTiming("before")
        handspan.setUser("u")
        handspan.clearAllData()
        handspan.rum.addViewTiming("after")
        load()
        assertEquals(listOf("after"), names())
        assertEquals(listOf("user u", "clear"), core.told.toList())
    }

    @Test
    fun `a span has no ids, and a scope of it does nothing`() {
        val span = handspan.tracer.startSpan("early")
        span.makeCurrent().use { handspan.tracer.startSpan("inside").end() }
        span.setAttribute("a", 1).setError(IllegalStateException()).end()
        load()
        assertEquals(null, span.traceId)
        assertEquals(emptyList<RumCommand>(), core.commands)
        assertEquals(0, handspan.status().internalErrors)
    }

    @Test
    fun `what is said while the core is told the rest comes after it`() {
        val told = CopyOnWriteArrayList<String>()
        lateinit var handspan: Handspan
        val core = object : FakeCore() {
            override fun record(command: RumCommand, ageMs: Long) {
                val name = (command as RumCommand.AddViewTiming).name
                told.add(name)
                // As another thread of the app's would, meanwhile.
                if (told.size < 10) handspan.rum.addViewTiming("$name+")
            }
        }
        handspan = handspanOver(CoreDoor { loaded.await(); core })
        handspan.rum.addViewTiming("a")
        handspan.rum.addViewTiming("b")
        loaded.countDown()
        assertTrue(handspan.awaitReady(5_000))
        assertEquals(listOf("a", "b", "a+", "b+", "a++", "b++"), told.take(6))
        assertEquals(told.size, told.toSet().size)
    }

    @Test
    fun `without a core it costs nothing and is not kept`() {
        val failed = handspanOver(CoreDoor { throw IllegalStateException() })
        failed.awaitReady(5_000)
        load()
        handspan.shutdown()
        for (gone in listOf(failed, handspan)) {
            gone.rum.addViewTiming("x")
            gone.logger().info("x")
            gone.tracer.startSpan("x").end()
        }
        assertEquals(emptyList<RumCommand>(), core.commands)
    }
}
