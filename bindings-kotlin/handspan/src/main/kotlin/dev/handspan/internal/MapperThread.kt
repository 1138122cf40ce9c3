package dev.handspan.internal

import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.LockSupport

/** The thread that asks the core for events and gives them to the app's mappers. */
internal class MapperThread private constructor(
    private val core: Core,
    private val mappers: EventMappers,
    private val counters: Counters,
) {
    @Volatile
    private var stopped = false

    /** The core is closed. */
    fun stop() {
        stopped = true
    }

    private fun run() {
        while (!stopped) {
            val asked = System.nanoTime()
            val event = try {
                core.nextEventToMap(WAIT_MS)
            } catch (error: Throwable) {
                if (!stopped) counters.internalError(error)
                null
            }
            if (event != null) {
                val mapped = try {
                    mappers.map(event, AttributeReader(counters.attributesDropped))
                } catch (_: Throwable) {
                    counters.mapperFailures.incrementAndGet()
                    event.afterFailure()
                }
                counters.guard(Unit) { core.eventMapped(event.id, mapped) }
            } else if (System.nanoTime() - asked < PAUSE_NS) {
                // A core that is stopped has none, and says so at once.
                LockSupport.parkNanos(PAUSE_NS)
            }
        }
    }

    companion object {
        /** A thread that waits costs nothing; a core that is gone is noticed then. */
        private const val WAIT_MS = 10_000L
        private val PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100)

        /** None where there is no mapper. */
        fun start(core: Core, mappers: EventMappers, counters: Counters): MapperThread? {
            if (mappers.types.isEmpty()) return null
            val mapping = MapperThread(core, mappers, counters)
            val thread = Thread({ mapping.run() }, "handspan-mapper")
            thread.isDaemon = true
            thread.start()
            return mapping
        }
    }
}
