package dev.handspan.internal

import dev.handspan.ffi.ErrorCause

/** What an event tells of an exception. The app's own may throw when they are asked. */
internal class Failure(val type: String, val message: String, val stack: String?)

internal fun failureOf(throwable: Throwable): Failure =
    Failure(throwable.javaClass.name.bounded(), messageOf(throwable), stackOf(throwable))

/** The chain of causes, the nearest first. */
internal fun causesOf(throwable: Throwable): List<ErrorCause> =
    generateSequence(causeOf(throwable)) { causeOf(it) }
        // A chain can be a ring.
        .take(MAX_CAUSES)
        .map { failureOf(it) }
        .map { ErrorCause(it.message, it.type, it.stack) }
        .toList()

private fun causeOf(throwable: Throwable): Throwable? = asked { throwable.cause }

private fun messageOf(throwable: Throwable): String = asked { throwable.message?.bounded() } ?: ""

private fun stackOf(throwable: Throwable): String? = asked { throwable.stackTraceToString().bounded() }

private inline fun <T> asked(ask: () -> T?): T? = try {
    ask()
} catch (_: Throwable) {
    null
}

/** Who reads an error follows no longer chain; each has a stack trace. */
private const val MAX_CAUSES = 10
