package dev.handspan

import dev.handspan.ffi.AccountInfo
import dev.handspan.ffi.UserInfo
import dev.handspan.internal.ActiveSpans
import dev.handspan.internal.CallTracker
import dev.handspan.internal.CommandMonitor
import dev.handspan.internal.CoreDoor
import dev.handspan.internal.CoreLifecycle
import dev.handspan.internal.Counters
import dev.handspan.internal.Recorder
import dev.handspan.internal.UniffiDoor
import dev.handspan.internal.bounded
import dev.handspan.internal.explain
import dev.handspan.internal.guard
import dev.handspan.internal.statsOf
import dev.handspan.internal.statusOf
import okhttp3.Request
import java.util.concurrent.TimeUnit

/**
 * Handspan in an app: makes the requests to the app's own hosts carry a trace that the backend continues, and reports
 * them with the same ids.
 *
 * ```
 * val handspan = Handspan.start(configuration)
 * val client = OkHttpClient.Builder().handspan(handspan).build()
 * ```
 *
 * Nothing here throws. While it starts, when it could not start, and after [shutdown], requests go out as if Handspan
 * were not there; [status] says which of these it is, and why. Thread-safe.
 */
public class Handspan internal constructor(configuration: HandspanConfiguration, door: () -> CoreDoor) {
    private val counters = Counters()
    private val lifecycle = CoreLifecycle(configuration, counters)
    private val recorder = Recorder(lifecycle, counters)
    private val spans = ActiveSpans()
    internal val tracker: CallTracker = CallTracker(lifecycle, counters, spans)

    /** What happens in the app, said by hand: views, actions, errors. */
    public val rum: HandspanMonitor = CommandMonitor(recorder)

    /** Begins spans of the app's own. */
    public val tracer: HandspanTracer = HandspanTracer(recorder, spans)

    init {
        lifecycle.start(door)
    }

    /** How Handspan is doing. Returns without waiting; costs some 50 µs when ready: not for a loop. */
    public fun status(): HandspanStatus {
        // The state first: a core that stops in between has an answer all the same.
        val state = lifecycle.state
        val core = counters.guard(null) { lifecycle.core?.status() }
        return statusOf(state, lifecycle.reason, counters, core)
    }

    /**
     * What became of the events, by track and by intake. Returns without waiting; costs as much as [status]. Outside
     * [HandspanState.READY] it is empty.
     */
    public fun stats(): HandspanStats = statsOf(counters.guard(null) { lifecycle.core?.stats() })

    /**
     * Waits until requests are traced. For tests, command lines and workers; an app needs no wait.
     *
     * @param timeoutMs longest wait in milliseconds.
     * @return true when ready; false when the time is up, or it has failed or was stopped. An interrupt ends the wait
     *   and stays set on the thread.
     */
    public fun awaitReady(timeoutMs: Long): Boolean = lifecycle.awaitReady(timeoutMs)

    /**
     * Seals the open batch and sends what waits. Waits for it: not for a main thread.
     *
     * @param timeoutMs longest wait in milliseconds, that for the start included.
     * @return true when the intake has taken all of it in time.
     */
    public fun flush(timeoutMs: Long): Boolean {
        val until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs)
        if (!awaitReady(timeoutMs)) return false
        val left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime()).coerceAtLeast(0)
        return counters.guard(false) { lifecycle.core?.flush(left) ?: false }
    }

    /** The user has decided, or changed their mind. Holds from the next request on; may be called before it is ready. */
    public fun setTrackingConsent(consent: TrackingConsent): Unit =
        counters.guard(Unit) { lifecycle.setTrackingConsent(consent) }

    /**
     * Who uses the app, on events from now on; the id on requests too, where a host wants [TraceFormat.BAGGAGE]. In place of all
     * that was said before. May be called before it is ready. Returns without waiting.
     *
     * @param id at most 256 characters, the rest is cut; `null` or empty: none.
     * @param attributes as in [HandspanMonitor].
     */
    @JvmOverloads
    public fun setUser(
        id: String?,
        name: String? = null,
        email: String? = null,
        attributes: Map<String, Any?> = emptyMap(),
    ): Unit = counters.guard(Unit) {
        val user = UserInfo(id?.bounded(), name?.bounded(), email?.bounded(), recorder.reader().attributes(attributes))
        val nobody = UserInfo(null, null, null, emptyList())
        lifecycle.tell("user") { it.setUser(user.takeIf { user != nobody }) }
    }

    /** Nobody is known to use the app. May be called before it is ready. Returns without waiting. */
    public fun clearUser(): Unit = counters.guard(Unit) { lifecycle.tell("user") { it.setUser(null) } }

    /**
     * The account that the app is used under; as [setUser].
     *
     * @param id at most 256 characters, the rest is cut; empty: there is no account.
     */
    @JvmOverloads
    public fun setAccount(id: String, name: String? = null, attributes: Map<String, Any?> = emptyMap()): Unit =
        counters.guard(Unit) {
            val account = AccountInfo(id.bounded(), name?.bounded(), recorder.reader().attributes(attributes))
            lifecycle.tell("account") { it.setAccount(account) }
        }

    /** The app is used under no account. May be called before it is ready. Returns without waiting. */
    public fun clearAccount(): Unit = counters.guard(Unit) { lifecycle.tell("account") { it.setAccount(null) } }

    /**
     * Deletes what was recorded and not sent, and the ids of this install. What happens from now on is recorded. May be called before
     * it is ready. Returns without waiting.
     */
    public fun clearAllData(): Unit = counters.guard(Unit) { lifecycle.clearAllData() }

    /**
     * A logger. Keep it: what [HandspanLogger.setAttribute] says holds for it alone.
     *
     * @param name on each of its lines. Default `null`: none.
     */
    @JvmOverloads
    public fun logger(name: String? = null): HandspanLogger = HandspanLogger(recorder, spans, name)

    /**
     * Keeps every trace that begins within the next [durationMs], whatever the sample rates say; [keepTrace] asks it for one
     * request. May be called before it is ready; the time runs from the call. Returns without waiting.
     *
     * @param durationMs milliseconds, rounded up to seconds; at most a day. 0 or less ends it.
     */
    public fun keepTraces(durationMs: Long) {
        val until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(durationMs.coerceIn(0, DAY_MS))
        counters.guard(Unit) {
            lifecycle.tell("keep") { core ->
                val left = (until - System.nanoTime()).coerceAtLeast(0)
                core.keepTracesFor((left + SECOND_NS - 1) / SECOND_NS)
            }
        }
    }

    /**
     * The state of the phone: by it and by [HandspanConfiguration.uploadPolicy] events are sent or wait. To be told at the start
     * and whenever it changes; the same again costs nothing. Until it is told every try is made. May be called before it is ready.
     * Returns without waiting.
     */
    public fun setUploadConditions(conditions: UploadConditions): Unit =
        counters.guard(Unit) { lifecycle.tell("conditions") { it.setUploadConditions(conditions) } }

    /**
     * The app has gone to the background: what was recorded is sealed, and tried to be sent for about five seconds; after that the
     * radio is woken at the policy's background interval. May be called before it is ready. Returns without waiting: [flush] tells
     * when all is sent.
     */
    public fun enterBackground(): Unit = counters.guard(Unit) { lifecycle.tell("background") { it.enterBackground() } }

    /** The app is in the foreground again. May be called before it is ready. Returns without waiting. */
    public fun enterForeground(): Unit = counters.guard(Unit) { lifecycle.tell("background") { it.enterForeground() } }

    /**
     * Why a request is or is not traced. It plans as for a request that is about to leave, and sends and records nothing.
     * Returns without waiting; costs some 100 µs: for a person or a test, not for a loop. Outside [HandspanState.READY] the
     * reason is `not_ready`.
     */
    public fun explain(request: Request): Explanation = explain(lifecycle, counters, tracker, request)

    /** As [explain], of a `GET` of this URL. What OkHttp makes no request of is explained as well. */
    public fun explain(url: String): Explanation = explain(lifecycle, counters, tracker, url)

    /**
     * Stores what was recorded and stops for good; stored batches are sent after the next start. Waits at most a second.
     * Clients that Handspan is installed on go on working, untraced.
     */
    public fun shutdown(): Unit = counters.guard(Unit) { lifecycle.shutdown() }

    /** The way in. */
    public companion object {
        private const val DAY_MS = 86_400_000L
        private const val SECOND_NS = 1_000_000_000L

        /**
         * Starts Handspan. Returns at once and never throws: the library is loaded on a daemon thread,
         * `handspan-start`. Two starts under one [HandspanConfiguration.instance] share one core, with the first
         * one's configuration; the second finds a refusal that says so.
         */
        @JvmStatic
        public fun start(configuration: HandspanConfiguration): Handspan = Handspan(configuration) { UniffiDoor }
    }
}
