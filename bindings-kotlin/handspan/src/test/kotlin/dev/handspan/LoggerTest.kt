package dev.handspan

import dev.handspan.ffi.LogLine
import dev.handspan.ffi.RumCommand
import dev.handspan.internal.toMap
import dev.handspan.support.FakeCore
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import kotlin.concurrent.thread
import dev.handspan.ffi.LogLevel as CoreLevel

class LoggerTest {
    private val core = FakeCore()
    private val handspan = core.handspan()

    private fun lines(): List<LogLine> = core.commands.map { (it as RumCommand.Log).line }

    @Test
    fun `each level has its call`() {
        val logger = handspan.logger("shop")
        logger.debug("d")
        logger.info("i")
        logger.notice("n")
        logger.warn("w")
        logger.error("e")
        logger.critical("c")
        logger.log(LogLevel.WARN, "l")
        assertEquals(CoreLevel.entries + CoreLevel.WARN, lines().map { it.level })
        assertEquals(listOf("d", "i", "n", "w", "e", "c", "l"), lines().map { it.message })
        assertEquals(setOf("shop"), lines().map { it.loggerName }.toSet())
    }

    @Test
    fun `an exception stands on its line, and the thread`() {
        thread(name = "worker") { handspan.logger().error("failed", IllegalStateException("why")) }.join()
        val line = lines().single()
        assertEquals(listOf("worker", "java.lang.IllegalStateException", "why"),
            with(line) { listOf(threadName, errorType, errorMessage) })
        assertTrue("LoggerTest" in line.errorStack!!)
        assertNull(line.loggerName)
    }

    @Test
    fun `a line's own attributes count before the logger's`() {
        val logger = handspan.logger()
        logger.setAttribute("a", 1)
        logger.setAttribute("b", 1)
        logger.setAttribute("gone", null)
        logger.removeAttribute("gone")
        logger.info("line", attributes = mapOf("b" to 2, "c" to 3))
        handspan.logger().info("another logger's")
        assertEquals(listOf(mapOf("a" to 1L, "b" to 2L, "c" to 3L), emptyMap<String, Any?>()), lines().map { it.attributes.toMap() })
    }
}
