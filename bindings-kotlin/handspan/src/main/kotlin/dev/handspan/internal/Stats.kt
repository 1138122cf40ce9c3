package dev.handspan.internal

import dev.handspan.HandspanStats
import dev.handspan.IntakeStats
import dev.handspan.RemoteStats
import dev.handspan.TrackStats
import dev.handspan.ffi.CoreStats
import dev.handspan.ffi.Dropped
import dev.handspan.ffi.RemoteStats as CoreRemoteStats

/** The stats as the app gets to see them; without a core they are empty. */
internal fun statsOf(core: CoreStats?): HandspanStats = HandspanStats(
    tracks = core?.tracks?.map { it.toPublic() } ?: emptyList(),
    intakes = core?.intakes?.map { it.toPublic() } ?: emptyList(),
    wakeUps = core?.wakeUps?.toLong() ?: 0,
    hold = core?.hold,
    remote = (core?.remote ?: NO_REMOTE).toPublic(),
)

private val NO_REMOTE = CoreRemoteStats(
    state = "none",
    version = null,
    keyId = null,
    etag = null,
    targets = emptyList(),
    lastAnswer = null,
    lastPullMs = null,
    nextPullMs = null,
    pulls = 0u,
    failed = 0u,
    notModified = 0u,
    applied = 0u,
    refused = 0u,
    refusedFields = 0u,
    unknownFields = 0u,
    startsWithoutMark = 0u,
    disabledBy = null,
    installId = null,
)

private fun CoreRemoteStats.toPublic() = RemoteStats(
    state = state,
    version = version,
    keyId = keyId,
    etag = etag,
    targets = targets,
    lastAnswer = lastAnswer,
    lastPullMs = lastPullMs?.toLong(),
    nextPullMs = nextPullMs?.toLong(),
    pulls = pulls.toLong(),
    failed = failed.toLong(),
    notModified = notModified.toLong(),
    applied = applied.toLong(),
    refused = refused.toLong(),
    refusedFields = refusedFields.toLong(),
    unknownFields = unknownFields.toLong(),
    startsWithoutMark = startsWithoutMark.toLong(),
    disabledBy = disabledBy,
    installId = installId,
)

/** The counts by reason, as an app reads them. */
internal fun List<Dropped>.byReason(): Map<String, Long> =
    groupingBy { it.reason }.fold(0L) { sum, dropped -> sum + dropped.count.toLong() }

private fun dev.handspan.ffi.TrackStats.toPublic() = TrackStats(
    track = track,
    recorded = recorded.toLong(),
    recovered = recovered.toLong(),
    stored = stored.toLong(),
    sent = sent.toLong(),
    superseded = superseded.toLong(),
    dropped = dropped.byReason(),
    trimmed = trimmed.byReason(),
    requests = requests.toLong(),
    retries = retries.toLong(),
    bytesSent = bytesSent.toLong(),
    waitingBatches = waitingBatches.toLong(),
    waitingEvents = waitingEvents.toLong(),
    bytesStored = bytesStored.toLong(),
    oldestMs = oldestMs?.toLong(),
    lastAnswer = lastAnswer,
)

private fun dev.handspan.ffi.IntakeStats.toPublic() = IntakeStats(
    name = name,
    taken = taken.toLong(),
    passed = passed.toLong(),
    failures = failures.toLong(),
    nextTryMs = nextTryMs?.toLong(),
    lastAnswer = lastAnswer,
)
