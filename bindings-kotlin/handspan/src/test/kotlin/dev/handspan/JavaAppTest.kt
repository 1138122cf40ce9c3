package dev.handspan

import dev.handspan.ffi.RumCommand
import dev.handspan.support.FakeCore
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Test

/** The API as an app in Java calls it. */
class JavaAppTest {
    @Test
    fun `everything can be said`() {
        val core = FakeCore()
        val handspan = core.handspan()
        JavaApp.saysEverything(handspan)
        assertEquals(0, handspan.status().internalErrors) { handspan.status().toString() }
        val all = RumCommand::class.sealedSubclassNames()
        assertEquals(all, core.commands.map { it.javaClass.simpleName }.toSet(), "every command has a call")
    }

    @Test
    fun `a null where there must be none does not reach the app`() {
        for (handspan in listOf(FakeCore().handspan(), FakeCore().handspan().also { it.shutdown() })) JavaApp.saysNothing(handspan)
    }

    @Test
    fun `a request is tagged`() {
        val handspan = FakeCore().handspan()
        val span = handspan.tracer.startSpan("work")
        assertEquals(span, JavaApp.request(span).tag(HandspanSpan::class.java))
    }

    @Test
    fun `a configuration is built`() = assertNotNull(JavaApp.configuration())
}

private fun kotlin.reflect.KClass<RumCommand>.sealedSubclassNames(): Set<String> =
    java.declaredClasses.filter { RumCommand::class.java.isAssignableFrom(it) }.map { it.simpleName }.toSet()
