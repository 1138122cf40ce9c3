package dev.handspan.internal

import java.util.concurrent.atomic.AtomicLong

/** What is counted on this side of the boundary. */
internal class Counters {
    /** Calls that began before the core was ready. */
    val requestsBeforeReady = AtomicLong()

    /** Calls that began when the core had failed or was stopped. */
    val requestsWithoutCore = AtomicLong()

    /** Commands that were said before the core was ready, and for which there was no room. */
    val commandsDropped = AtomicLong()

    /** Attributes, and entries of attributes, that were over a limit or could not be read. */
    val attributesDropped = AtomicLong()

    /** Events whose mapper failed. */
    val mapperFailures = AtomicLong()

    /** Throwables of ours that were caught. */
    val internalErrors = AtomicLong()

    /** The last of them. */
    @Volatile
    var lastInternalError: String? = null

    fun internalError(error: Throwable) {
        internalErrors.incrementAndGet()
        lastInternalError = error.toString()
    }
}

/** Runs code of ours in the app's call: whatever it throws is counted, and [otherwise] is the result. */
internal inline fun <T> Counters.guard(otherwise: T, ours: () -> T): T = try {
    ours()
} catch (error: Throwable) {
    internalError(error)
    otherwise
}
