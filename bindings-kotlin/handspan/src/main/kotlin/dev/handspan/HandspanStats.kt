package dev.handspan

/**
 * What became of the events, at one moment. Immutable; made by [Handspan.stats]. Counts are since the start and end with the
 * process. Outside [HandspanState.READY] it is empty.
 */
public class HandspanStats internal constructor(
    /** A track each: `rum`, `logs`, `spans`. */
    public val tracks: List<TrackStats>,
    /** The intakes, in the order of the configuration; an OTLP receiver is two, one for spans and one for the rest. */
    public val intakes: List<IntakeStats>,
    /** How often the radio was woken to send. */
    public val wakeUps: Long,
    /**
     * Why nothing is sent, whatever waits: `no_network`, `metered`, `battery_low`, `low_power`, or `disabled` where everything is
     * switched off; `null` where nothing forbids it.
     */
    public val hold: String?,
    /** How the remote document does. */
    public val remote: RemoteStats,
) {
    override fun toString(): String =
        "HandspanStats(tracks=$tracks, intakes=$intakes, wakeUps=$wakeUps, hold=$hold, remote=$remote)"
}

/**
 * The events of one track. Immutable. Once what was recorded is stored,
 * `recorded + recovered = sent + superseded + dropped + waitingEvents`.
 */
public class TrackStats internal constructor(
    /** `rum`, `logs` or `spans`. */
    public val track: String,
    /** Events recorded, by the app or by Handspan itself. */
    public val recorded: Long,
    /** Events that an earlier process left. A file that could not be read counts as one. */
    public val recovered: Long,
    /** Events stored in a batch. */
    public val stored: Long,
    /** Events that every intake with an address for them has taken. */
    public val sent: Long,
    /** Updates of a view that were not sent, because a later one of the same batch replaces them. */
    public val superseded: Long,
    /** Events given up, by reason (a snake_case code). */
    public val dropped: Map<String, Long>,
    /** What was cut so that events fit an intake's limits, by reason (a snake_case code). */
    public val trimmed: Map<String, Long>,
    /** Requests made. */
    public val requests: Long,
    /** Those of them that are to be made again. */
    public val retries: Long,
    /** Bytes of bodies sent, as they went on the wire. */
    public val bytesSent: Long,
    /** Batches that wait, the open ones included. */
    public val waitingBatches: Long,
    /** Events in them. */
    public val waitingEvents: Long,
    /** Bytes of these events. */
    public val bytesStored: Long,
    /** Age of the oldest of these batches, milliseconds; `null` where none waits. */
    public val oldestMs: Long?,
    /** What an intake said last, as `202`, or why it could not be asked. */
    public val lastAnswer: String?,
) {
    override fun toString(): String =
        "TrackStats($track, recorded=$recorded, recovered=$recovered, stored=$stored, sent=$sent, superseded=$superseded, " +
            "dropped=$dropped, trimmed=$trimmed, requests=$requests, retries=$retries, bytesSent=$bytesSent, " +
            "waitingBatches=$waitingBatches, waitingEvents=$waitingEvents, bytesStored=$bytesStored, oldestMs=$oldestMs, lastAnswer=$lastAnswer)"
}

/** How an intake does. Immutable. */
public class IntakeStats internal constructor(
    /** Its kind and a number made from its URL, which may hold a secret: `datadog-ea65ee77d963742a`. */
    public val name: String,
    /** Batches that it has taken. */
    public val taken: Long,
    /** Batches in which there was nothing that it has an address for. */
    public val passed: Long,
    /** Failures in a row. */
    public val failures: Long,
    /** Milliseconds until it may be tried again; `null` where that is now. */
    public val nextTryMs: Long?,
    /** What it said last, as `202`, or why it could not be asked. */
    public val lastAnswer: String?,
) {
    override fun toString(): String =
        "IntakeStats($name, taken=$taken, passed=$passed, failures=$failures, nextTryMs=$nextTryMs, lastAnswer=$lastAnswer)"
}
