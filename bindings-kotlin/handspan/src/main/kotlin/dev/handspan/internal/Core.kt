package dev.handspan.internal

import dev.handspan.HandspanConfiguration
import dev.handspan.TrackingConsent
import dev.handspan.UploadConditions
import dev.handspan.ffi.AccountInfo
import dev.handspan.ffi.CoreStats
import dev.handspan.ffi.CoreStatus
import dev.handspan.ffi.Explanation
import dev.handspan.ffi.FinishedCall
import dev.handspan.ffi.HopPlan
import dev.handspan.ffi.HopRequest
import dev.handspan.ffi.MappableEvent
import dev.handspan.ffi.RumCommand
import dev.handspan.ffi.SpanContext
import dev.handspan.ffi.UserInfo

/**
 * The core as the OkHttp pieces see it. It speaks the records of the boundary, which are plain data and load nothing,
 * so that a faster door than JNA can stand behind it without a change to them.
 *
 * Every function may be called from any thread. None waits but [flush], [nextEventToMap] and [shutdown].
 */
internal interface Core {
    /** Names of the headers that [HopRequest.headers] must carry when a request has them; ignores case. */
    val traceHeaderNames: Set<String>

    /** Names of the headers of a response that a finished hop carries; ignores case. */
    val responseHeaderNames: List<String>

    /** Names of the request's and the response's headers that a finished call carries; ignores case. */
    val capturedHeaderNames: List<String>

    /** Does the core want the headers of each hop back in [finish]? */
    val wantsHopHeaders: Boolean

    /** What to do with a request that is about to go on the wire. Once a hop. */
    fun plan(request: HopRequest): HopPlan

    /** Why a request is or is not traced; costs more than a plan. */
    fun explain(request: HopRequest): Explanation

    /** Reports a call that has ended. Once a call. */
    fun finish(call: FinishedCall)

    /** Holds from the next request on. */
    fun setTrackingConsent(consent: TrackingConsent)

    /** Keeps every trace that begins in the next seconds, at most a day; 0 ends it. */
    fun keepTracesFor(seconds: Long)

    /** Who uses the app, from the next request on; `null`: nobody. */
    fun setUser(user: UserInfo?)

    /** The account it is used under, as [setUser]. */
    fun setAccount(account: AccountInfo?)

    /** Something happened, [ageMs] ago. */
    fun record(command: RumCommand, ageMs: Long)

    /** The ids of a span that begins now; `null` while nothing is recorded. */
    fun startSpan(parent: SpanContext?): SpanContext?

    /** Deletes what is stored and not sent. */
    fun clearAllData()

    /** The next event that a mapper is to see. Waits for it, at most [timeoutMs]. */
    fun nextEventToMap(timeoutMs: Long): MappableEvent?

    /** What the mapper made of it; `null`: it is dropped. */
    fun eventMapped(id: ULong, event: MappableEvent?)

    /** The state of the phone; cheap where nothing has changed. */
    fun setUploadConditions(conditions: UploadConditions)

    /** The app has gone to the background: what was recorded is sealed and tried. */
    fun enterBackground()

    /** The app is in the foreground again. */
    fun enterForeground()

    /** Sends what waits; true when all of it was taken in time. Waits for it. */
    fun flush(timeoutMs: Long): Boolean

    /** How the core is doing. */
    fun status(): CoreStatus

    /** What became of the events. */
    fun stats(): CoreStats

    /** Stores what was recorded and ends. Waits at most a second. */
    fun shutdown()
}

/** A way to a [Core]. */
internal fun interface CoreDoor {
    /** Opens it; takes as long as loading a library takes. What it throws becomes the reason of the failure. */
    fun open(configuration: HandspanConfiguration): Core
}
