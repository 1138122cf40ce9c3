package dev.handspan.internal

import dev.handspan.ffi.RumCommand

/** Says what the app says, in the core's words. Nothing in it throws. Thread-safe. */
internal class Recorder(private val lifecycle: CoreLifecycle, private val counters: Counters) {
    /** Will anybody hear it? */
    val listens: Boolean get() = lifecycle.listens

    /** The core, when it is ready. */
    val core: Core? get() = lifecycle.core

    /** Runs code of ours for the app. */
    inline fun <T> guard(otherwise: T, ours: () -> T): T = counters.guard(otherwise, ours)

    /** Reads the attributes of one event. */
    fun reader() = AttributeReader(counters.attributesDropped)

    /** Says it, if anybody hears it. */
    inline fun record(command: AttributeReader.() -> RumCommand) = guard(Unit) {
        if (listens) say(reader().command())
    }

    fun say(command: RumCommand) = lifecycle.record(command)
}
