package dev.handspan.internal

import dev.handspan.ffi.RumCommand
import java.util.concurrent.TimeUnit

/** What the core is to be told once it is there, in the order in which it was said. Not thread-safe. */
internal class Backlog(private val counters: Counters) {
    private val said = LinkedHashMap<Any, (Core) -> Unit>()
    private var commands = 0
    private var bytes = 0L

    fun isEmpty(): Boolean = said.isEmpty()

    /** A state: the last word on a [subject] counts, in the place of the first. */
    fun tell(subject: String, word: (Core) -> Unit) {
        said[subject] = word
    }

    /** Something that happened now. */
    fun record(command: RumCommand) {
        // About what it holds, whatever it is.
        val size = command.toString().length
        if (commands == MAX_COMMANDS || bytes + size > MAX_BYTES) {
            counters.commandsDropped.incrementAndGet()
            return
        }
        commands++
        bytes += size
        val saidNs = System.nanoTime()
        said[Any()] = { it.record(command, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - saidNs)) }
    }

    /** What happened is forgotten; states stay. */
    fun forget() {
        said.keys.retainAll { it is String }
        commands = 0
        bytes = 0
    }

    /** All that was said; it is empty afterwards. */
    fun take(): List<(Core) -> Unit> {
        val all = said.values.toList()
        said.clear()
        forget()
        return all
    }

    private companion object {
        /** A library is loaded within a second: an app that says more in it says the same again. */
        const val MAX_COMMANDS = 1_000

        /** As much as the core's own queue holds. */
        const val MAX_BYTES = 1_000_000L
    }
}
