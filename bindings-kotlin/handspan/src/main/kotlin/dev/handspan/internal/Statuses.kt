package dev.handspan.internal

import dev.handspan.HandspanState
import dev.handspan.HandspanStatus
import dev.handspan.RefusedValue
import dev.handspan.ffi.CoreStatus

/** What both sides of the boundary know, as the app gets to see it. */
internal fun statusOf(
    state: HandspanState,
    reason: String?,
    counters: Counters,
    core: CoreStatus?,
): HandspanStatus = HandspanStatus(
    state = state,
    reason = reason,
    requestsBeforeReady = counters.requestsBeforeReady.get(),
    requestsWithoutCore = counters.requestsWithoutCore.get(),
    commandsDropped = counters.commandsDropped.get(),
    attributesDropped = counters.attributesDropped.get(),
    mapperFailures = counters.mapperFailures.get(),
    internalErrors = counters.internalErrors.get() + (core?.internalErrors?.toLong() ?: 0),
    lastInternalError = counters.lastInternalError,
    refusals = core?.refusals?.map { RefusedValue(it.field, it.value, it.code, it.message) } ?: emptyList(),
    sessionId = core?.sessionId ?: "",
    sessionSampled = core?.sessionSampled ?: false,
    storage = core?.storage ?: "",
    recorded = core?.recorded?.toLong() ?: 0,
    stored = core?.stored?.toLong() ?: 0,
    sent = core?.sent?.toLong() ?: 0,
    dropped = core?.dropped?.byReason() ?: emptyMap(),
    pendingBatches = core?.pendingBatches?.toLong() ?: 0,
    lastAnswer = core?.lastAnswer,
    remote = core?.remote ?: "none",
    remoteVersion = core?.remoteVersion,
)
