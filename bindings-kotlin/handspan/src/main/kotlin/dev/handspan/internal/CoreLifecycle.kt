package dev.handspan.internal

import dev.handspan.HandspanConfiguration
import dev.handspan.HandspanState
import dev.handspan.TrackingConsent
import dev.handspan.ffi.RumCommand
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** From the start to the end of a [Core], opened on a thread of its own. Thread-safe. */
internal class CoreLifecycle(private val configuration: HandspanConfiguration, private val counters: Counters) {
    private class Stage(val state: HandspanState, val core: Core?, val reason: String?)

    private val lock = Any()
    private val opened = CountDownLatch(1)

    @Volatile
    private var stage = Stage(HandspanState.STARTING, null, null)
    private var consent = configuration.trackingConsent
    private val backlog = Backlog(counters)

    @Volatile
    private var mapping: MapperThread? = null

    /** The core, when it is ready. */
    val core: Core? get() = stage.core

    val state: HandspanState get() = stage.state

    /** Why it failed. */
    val reason: String? get() = stage.reason

    /** Is there a core, or will there be one? */
    val listens: Boolean get() = stage.let { it.core != null || it.state == HandspanState.STARTING }

    /** Returns at once; [door] is not touched on this thread. */
    fun start(door: () -> CoreDoor) {
        try {
            val thread = Thread({ open(door) }, "handspan-start")
            thread.isDaemon = true
            thread.start()
        } catch (error: Throwable) {
            failed(error)
        }
    }

    private fun open(door: () -> CoreDoor) {
        try {
            val asked = synchronized(lock) { consent }
            val core = door().open(configuration.toBuilder().trackingConsent(asked).build())
            mapping = MapperThread.start(core, configuration.mappers, counters)
            if (!publish(core, asked)) close(core)
        } catch (error: Throwable) {
            failed(error)
        } finally {
            opened.countDown()
        }
    }

    /** False when it was stopped meanwhile. */
    private fun publish(core: Core, asked: TrackingConsent): Boolean {
        var told = asked
        // What is said while it is told waits, but not for long: nobody has to wait for the lock.
        repeat(ROUNDS) { round ->
            val words = synchronized(lock) {
                if (stage.state != HandspanState.STARTING) return false
                // The user may have decided while the library was loading.
                if (consent != told) core.setTrackingConsent(consent)
                told = consent
                val all = backlog.take()
                if (all.isEmpty() || round == ROUNDS - 1) {
                    tell(core, all)
                    stage = Stage(HandspanState.READY, core, null)
                    return true
                }
                all
            }
            tell(core, words)
        }
        return true
    }

    private fun tell(core: Core, words: List<(Core) -> Unit>) = words.forEach { counters.guard(Unit) { it(core) } }

    private fun failed(error: Throwable) {
        synchronized(lock) {
            if (stage.state == HandspanState.STARTING) {
                stage = Stage(HandspanState.FAILED, null, counters.guard("") { reasonOf(error) })
                backlog.take()
            }
        }
        opened.countDown()
    }

    /** Waits until the core is ready or will never be. An interrupt ends the wait and stays set. */
    fun awaitReady(timeoutMs: Long): Boolean {
        try {
            opened.await(timeoutMs, TimeUnit.MILLISECONDS)
        } catch (_: InterruptedException) {
            Thread.currentThread().interrupt()
        }
        return stage.state == HandspanState.READY
    }

    fun setTrackingConsent(consent: TrackingConsent) {
        synchronized(lock) {
            this.consent = consent
            if (consent == TrackingConsent.REFUSED) backlog.forget()
            stage.core?.setTrackingConsent(consent)
        }
    }

    /** Tells the core, at once or when it is ready. */
    fun tell(subject: String, word: (Core) -> Unit) {
        synchronized(lock) {
            val core = stage.core
            if (core != null) word(core) else if (stage.state == HandspanState.STARTING) backlog.tell(subject, word)
        }
    }

    /** Something happened. Tells the core, at once or when it is ready. */
    fun record(command: RumCommand) {
        val core = stage.core ?: synchronized(lock) {
            if (stage.state == HandspanState.STARTING && consent != TrackingConsent.REFUSED) backlog.record(command)
            stage.core
        }
        core?.record(command, 0)
    }

    /** What was recorded and not sent is deleted, on this side too. */
    fun clearAllData() {
        synchronized(lock) { backlog.forget() }
        tell("clear") { it.clearAllData() }
    }

    /** From here on requests go out untouched. */
    fun shutdown() {
        val core = synchronized(lock) {
            val core = stage.core
            if (stage.state != HandspanState.FAILED) stage = Stage(HandspanState.STOPPED, null, null)
            backlog.take()
            core
        }
        opened.countDown()
        core?.let { close(it) }
    }

    private fun close(core: Core) {
        // The mapper first sees what is to be stored, and then stops.
        core.shutdown()
        mapping?.stop()
    }

    /** Counts a call that goes out untouched. */
    fun countUntouched() {
        val counter =
            if (stage.state == HandspanState.STARTING) counters.requestsBeforeReady else counters.requestsWithoutCore
        counter.incrementAndGet()
    }

    private companion object {
        /** Each tells what was said during the one before, which takes microseconds a word. */
        const val ROUNDS = 4
    }
}
