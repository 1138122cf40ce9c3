package dev.handspan.internal

import dev.handspan.HandspanConfiguration
import dev.handspan.HandspanState
import dev.handspan.TrackingConsent
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

    /** What the core is to be told once it is there, by subject; the last of a subject counts. */
    private val wishes = LinkedHashMap<String, (Core) -> Unit>()

    /** The core, when it is ready. */
    val core: Core? get() = stage.core

    val state: HandspanState get() = stage.state

    /** Why it failed. */
    val reason: String? get() = stage.reason

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
            if (!publish(core, asked)) core.shutdown()
        } catch (error: Throwable) {
            failed(error)
        } finally {
            opened.countDown()
        }
    }

    /** False when it was stopped meanwhile. */
    private fun publish(core: Core, asked: TrackingConsent): Boolean = synchronized(lock) {
        if (stage.state != HandspanState.STARTING) return false
        // The user may have decided while the library was loading.
        if (consent != asked) core.setTrackingConsent(consent)
        wishes.values.forEach { wish -> counters.guard(Unit) { wish(core) } }
        wishes.clear()
        stage = Stage(HandspanState.READY, core, null)
        true
    }

    private fun failed(error: Throwable) {
        synchronized(lock) {
            if (stage.state == HandspanState.STARTING) {
                stage = Stage(HandspanState.FAILED, null, counters.guard("") { reasonOf(error) })
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
            stage.core?.setTrackingConsent(consent)
        }
    }

    /** Tells the core, at once or when it is ready. */
    fun tell(subject: String, wish: (Core) -> Unit) {
        synchronized(lock) {
            val core = stage.core
            if (core != null) wish(core) else if (stage.state == HandspanState.STARTING) wishes[subject] = wish
        }
    }

    /** From here on requests go out untouched. */
    fun shutdown() {
        val core = synchronized(lock) {
            val core = stage.core
            if (stage.state != HandspanState.FAILED) stage = Stage(HandspanState.STOPPED, null, null)
            core
        }
        opened.countDown()
        core?.shutdown()
    }

    /** Counts a call that goes out untouched. */
    fun countUntouched() {
        val counter =
            if (stage.state == HandspanState.STARTING) counters.requestsBeforeReady else counters.requestsWithoutCore
        counter.incrementAndGet()
    }
}
