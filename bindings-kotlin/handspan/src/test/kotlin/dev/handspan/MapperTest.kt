package dev.handspan

import dev.handspan.ffi.Attribute
import dev.handspan.ffi.AttributeValue
import dev.handspan.ffi.MappableEvent
import dev.handspan.internal.Counters
import dev.handspan.internal.EventMappers
import dev.handspan.internal.MapperThread
import dev.handspan.support.FakeCore
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** The app's mappers see each event before it is stored. */
class MapperTest {
    private val core = FakeCore()

    private fun event(type: String) = MappableEvent(
        id = 7u, eventType = type, viewName = "Home", viewUrl = "/home", actionName = "Buy", resourceUrl = "https://a.test/?token=1",
        message = "broken", stack = "at main", fingerprint = "f", attributes = listOf(Attribute("a", AttributeValue.Int(1))),
    )

    /** What becomes of an event of this type. */
    private fun mapped(type: String): MappableEvent? {
        core.toMap.add(event(type))
        val (id, answer) = core.mapped.poll(5, TimeUnit.SECONDS) ?: throw AssertionError("no answer")
        assertEquals(7UL, id)
        return answer
    }

    @Test
    fun `each type has its mapper, which changes what it likes`() {
        fun <T : MappedEvent> change(event: T): T {
            event.viewName = "${event.viewName}!"
            event.viewUrl = null
            event.attributes["b"] = ActionType.TAP
            event.attributes.remove("a")
            return event
        }
        val handspan = core.handspan {
            viewEventMapper { change(it) }
            actionEventMapper { change(it).apply { actionName = "a" } }
            resourceEventMapper { change(it).apply { resourceUrl = "r" } }
            errorEventMapper { change(it).apply { message = "m"; stack = null; fingerprint = "f\uD83D"; resourceUrl = "r" } }
            longTaskEventMapper { change(it) }
            vitalEventMapper { change(it) }
            logEventMapper { change(it).apply { message = "l" } }
        }
        fun changed(type: String) =
            event(type).copy(viewName = "Home!", viewUrl = null, attributes = listOf(Attribute("b", AttributeValue.Text("TAP"))))
        assertEquals(changed("view"), mapped("view"))
        assertEquals(changed("action").copy(actionName = "a"), mapped("action"))
        assertEquals(changed("resource").copy(resourceUrl = "r"), mapped("resource"))
        assertEquals(changed("error").copy(message = "m", stack = null, fingerprint = "f?", resourceUrl = "r"), mapped("error"))
        assertEquals(changed("long_task"), mapped("long_task"))
        assertEquals(changed("vital"), mapped("vital"))
        assertEquals(changed("log").copy(message = "l"), mapped("log"))
        handspan.shutdown()
    }

    @Test
    fun `an event is dropped by null, and by a mapper that fails`() {
        val handspan = core.handspan {
            actionEventMapper { null }
            errorEventMapper { throw StackOverflowError() }
        }
        assertNull(mapped("action"))
        assertEquals(0, handspan.status().mapperFailures)
        assertNull(mapped("error"))
        assertEquals(1, handspan.status().mapperFailures)
        handspan.shutdown()
    }

    @Test
    fun `a view can't be dropped, and nothing leaves that its mapper might have taken off`() {
        val handspan = core.handspan { viewEventMapper { throw IllegalStateException() } }
        val view = mapped("view")!!
        assertEquals(listOf("mapper_failed", "mapper_failed", emptyList<Attribute>()),
            with(view) { listOf(viewName, viewUrl, attributes) })
        assertEquals(1, handspan.status().mapperFailures)
        handspan.shutdown()
    }

    @Test
    fun `mappers run on a daemon thread of their own, after shutdown until the core is closed`() {
        val on = CompletableFuture<Thread>()
        val closing = CountDownLatch(1)
        val core = object : FakeCore() {
            override fun shutdown() {
                toMap.add(event("log"))
                assertEquals("mapped at the last moment", mapped.poll(5, TimeUnit.SECONDS)?.second?.message)
                closing.countDown()
            }
        }
        val handspan = core.handspan {
            logEventMapper { it.apply { message = "mapped at the last moment"; on.complete(Thread.currentThread()) } }
        }
        handspan.shutdown()
        assertEquals(0, closing.count)
        val thread = on.get(5, TimeUnit.SECONDS)
        assertEquals("handspan-mapper", thread.name)
        assertTrue(thread.isDaemon)
        // Wakes it: it has nothing more to wait for.
        core.toMap.add(event("log"))
        thread.join(5_000)
        assertFalse(thread.isAlive)
    }

    @Test
    fun `without a mapper there is no thread`() = assertNull(MapperThread.start(core, EventMappers(), Counters()))
}
