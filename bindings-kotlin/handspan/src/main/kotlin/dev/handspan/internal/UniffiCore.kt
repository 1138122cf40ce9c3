package dev.handspan.internal

import dev.handspan.TrackingConsent
import dev.handspan.UploadConditions
import dev.handspan.ffi.AccountInfo
import dev.handspan.ffi.CoreStats
import dev.handspan.ffi.CoreStatus
import dev.handspan.ffi.Explanation
import dev.handspan.ffi.FinishedCall
import dev.handspan.ffi.HandspanCore
import dev.handspan.ffi.HopPlan
import dev.handspan.ffi.HopRequest
import dev.handspan.ffi.MappableEvent
import dev.handspan.ffi.Network
import dev.handspan.ffi.RumCommand
import dev.handspan.ffi.SpanContext
import dev.handspan.ffi.UserInfo
import dev.handspan.ffi.responseHeaderNames
import dev.handspan.ffi.traceHeaderNames
import java.util.TreeSet
import dev.handspan.ffi.TrackingConsent as CoreConsent
import dev.handspan.ffi.UploadConditions as CoreConditions

/** The core through UniFFI's generated Kotlin, which goes through JNA. */
internal class UniffiCore(private val core: HandspanCore) : Core {
    override val traceHeaderNames: Set<String> =
        TreeSet(String.CASE_INSENSITIVE_ORDER).apply { addAll(traceHeaderNames()) }

    override val responseHeaderNames: List<String> = responseHeaderNames()

    override val capturedHeaderNames: List<String> = core.capturedHeaderNames()

    override val wantsHopHeaders: Boolean = core.status().inspect

    override fun plan(request: HopRequest): HopPlan = core.plan(request)

    override fun explain(request: HopRequest): Explanation = core.explain(request)

    override fun finish(call: FinishedCall) = core.finish(call)

    override fun setTrackingConsent(consent: TrackingConsent) = core.setTrackingConsent(
        when (consent) {
            TrackingConsent.GRANTED -> CoreConsent.GRANTED
            TrackingConsent.PENDING -> CoreConsent.PENDING
            TrackingConsent.REFUSED -> CoreConsent.REFUSED
        },
    )

    override fun keepTracesFor(seconds: Long) = core.keepTracesFor(unsigned(seconds))

    override fun setUser(user: UserInfo?) = core.setUser(user)

    override fun setAccount(account: AccountInfo?) = core.setAccount(account)

    override fun record(command: RumCommand, ageMs: Long) = core.record(command, unsigned(ageMs))

    override fun startSpan(parent: SpanContext?): SpanContext? = core.startSpan(parent)

    override fun clearAllData() = core.clearAllData()

    override fun nextEventToMap(timeoutMs: Long): MappableEvent? = core.nextEventToMap(unsigned(timeoutMs))

    override fun eventMapped(id: ULong, event: MappableEvent?) = core.eventMapped(id, event)

    override fun setUploadConditions(conditions: UploadConditions) = core.setUploadConditions(
        CoreConditions(
            network = when (conditions.network) {
                UploadConditions.Network.UNKNOWN -> Network.UNKNOWN
                UploadConditions.Network.NONE -> Network.NONE
                UploadConditions.Network.METERED -> Network.METERED
                UploadConditions.Network.UNMETERED -> Network.UNMETERED
            },
            batteryLow = conditions.batteryLow,
            lowPower = conditions.lowPower,
        ),
    )

    override fun enterBackground() = core.enterBackground()

    override fun enterForeground() = core.enterForeground()

    override fun flush(timeoutMs: Long): Boolean = core.flush(unsigned(timeoutMs))

    override fun status(): CoreStatus = core.status()

    override fun stats(): CoreStats = core.stats()

    override fun shutdown() {
        core.shutdown()
        core.close()
    }

    private fun unsigned(value: Long) = value.coerceIn(0, UInt.MAX_VALUE.toLong()).toUInt()
}
