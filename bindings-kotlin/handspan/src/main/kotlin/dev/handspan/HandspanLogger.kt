package dev.handspan

import dev.handspan.ffi.Attribute
import dev.handspan.ffi.AttributeValue
import dev.handspan.ffi.LogLine
import dev.handspan.ffi.RumCommand
import dev.handspan.internal.ActiveSpans
import dev.handspan.internal.Recorder
import dev.handspan.internal.bounded
import dev.handspan.internal.failureOf
import java.util.Collections

/**
 * Writes lines of a log, each with its thread, session, view and active span. Made by [Handspan.logger]. Nothing here throws, and
 * every function returns without waiting, from any thread. What is logged before the library is loaded is kept as
 * [HandspanMonitor] says, and attributes are read as it says.
 */
public class HandspanLogger internal constructor(
    private val recorder: Recorder,
    private val spans: ActiveSpans,
    /** Its name, on every line; `null`: none. */
    public val name: String?,
) {
    private val attributes = Collections.synchronizedMap(LinkedHashMap<String, AttributeValue>())

    /** For developers. */
    @JvmOverloads
    public fun debug(message: String, throwable: Throwable? = null, attributes: Map<String, Any?> = emptyMap()): Unit =
        log(LogLevel.DEBUG, message, throwable, attributes)

    /** What happens. */
    @JvmOverloads
    public fun info(message: String, throwable: Throwable? = null, attributes: Map<String, Any?> = emptyMap()): Unit =
        log(LogLevel.INFO, message, throwable, attributes)

    /** What is worth a look. */
    @JvmOverloads
    public fun notice(message: String, throwable: Throwable? = null, attributes: Map<String, Any?> = emptyMap()): Unit =
        log(LogLevel.NOTICE, message, throwable, attributes)

    /** What may go wrong. */
    @JvmOverloads
    public fun warn(message: String, throwable: Throwable? = null, attributes: Map<String, Any?> = emptyMap()): Unit =
        log(LogLevel.WARN, message, throwable, attributes)

    /** What went wrong. */
    @JvmOverloads
    public fun error(message: String, throwable: Throwable? = null, attributes: Map<String, Any?> = emptyMap()): Unit =
        log(LogLevel.ERROR, message, throwable, attributes)

    /** What must be mended now. */
    @JvmOverloads
    public fun critical(message: String, throwable: Throwable? = null, attributes: Map<String, Any?> = emptyMap()): Unit =
        log(LogLevel.CRITICAL, message, throwable, attributes)

    /**
     * Writes a line.
     *
     * @param throwable its class, message and stack trace stand on the line.
     * @param attributes on the line, in place of the logger's of the same names.
     */
    @JvmOverloads
    public fun log(
        level: LogLevel,
        message: String,
        throwable: Throwable? = null,
        attributes: Map<String, Any?> = emptyMap(),
    ): Unit = recorder.record {
        val failure = throwable?.let { failureOf(it) }
        RumCommand.Log(
            LogLine(
                level = level.core,
                message = message.bounded(),
                loggerName = name?.bounded(),
                threadName = Thread.currentThread().name.bounded(),
                errorType = failure?.type,
                errorMessage = failure?.message,
                errorStack = failure?.stack,
                span = spans.current()?.context,
                attributes = always() + attributes(attributes),
            ),
        )
    }

    /** On every line of this logger from now on. */
    public fun setAttribute(name: String, value: Any?): Unit = recorder.guard(Unit) {
        recorder.reader().attributes(name, value).forEach { attributes[it.name] = it.value }
    }

    /** The reverse of [setAttribute]. */
    public fun removeAttribute(name: String) {
        attributes.remove(name)
    }

    // Of one name that comes twice the last counts.
    private fun always() = synchronized(attributes) { attributes.map { (name, value) -> Attribute(name, value) } }
}
