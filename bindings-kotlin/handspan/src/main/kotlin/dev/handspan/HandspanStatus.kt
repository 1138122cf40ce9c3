package dev.handspan

/**
 * How Handspan is doing, at one moment. Immutable. Counts are since the start and end with the process.
 *
 * Outside [HandspanState.READY] what only the core knows is empty, zero or `null`.
 */
public class HandspanStatus internal constructor(
    /** Where it is. */
    public val state: HandspanState,
    /** In [HandspanState.FAILED] what went wrong and what to do, in words; `null` otherwise. */
    public val reason: String?,
    /** Calls that were not traced because they began before the core was ready. */
    public val requestsBeforeReady: Long,
    /** Calls that were not traced because the core had failed or was stopped. */
    public val requestsWithoutCore: Long,
    /** What was said to [Handspan.rum], loggers and spans before the core was ready, and for which there was no room. */
    public val commandsDropped: Long,
    /** Attributes, and entries of attributes, that were over a limit or could not be read. */
    public val attributesDropped: Long,
    /** Events whose mapper failed: they were dropped, of a view all but its numbers. */
    public val mapperFailures: Long,
    /** Faults of ours that were caught before they could reach the app. Each is a bug worth a report. */
    public val internalErrors: Long,
    /** The last of them on this side of the boundary, as class and message; `null` when there was none. */
    public val lastInternalError: String?,
    /** Values that were refused or corrected, of the configuration and of the remote document; at most 100. */
    public val refusals: List<RefusedValue>,
    /** UUID of the current session, or empty. */
    public val sessionId: String,
    /** Did sampling keep the current session? */
    public val sessionSampled: Boolean,
    /** Where batches are: `folder`, or `memory` if no folder was configured or it can't be used; `opening` for a moment after the start. */
    public val storage: String,
    /** Calls reported. */
    public val recorded: Long,
    /** Events written to a batch. */
    public val stored: Long,
    /** Events that every intake has taken. */
    public val sent: Long,
    /** Events given up, by reason (a snake_case code). */
    public val dropped: Map<String, Long>,
    /** Batches that wait to be sent. */
    public val pendingBatches: Long,
    /** What the intake said last, as `202` or `connection refused`. */
    public val lastAnswer: String?,
    /** The remote document: `none`, `pulling`, `applied`, `set_aside`, `refused` or `failed`. */
    public val remote: String,
    /** Version of the remote document that is applied. */
    public val remoteVersion: String?,
) {
    override fun toString(): String =
        "HandspanStatus($state${reason?.let { ": $it" } ?: ""}, recorded=$recorded, stored=$stored, sent=$sent, " +
            "dropped=$dropped, pendingBatches=$pendingBatches, lastAnswer=$lastAnswer, storage=$storage, " +
            "remote=$remote, requestsBeforeReady=$requestsBeforeReady, requestsWithoutCore=$requestsWithoutCore, " +
            "commandsDropped=$commandsDropped, attributesDropped=$attributesDropped, mapperFailures=$mapperFailures, " +
            "internalErrors=$internalErrors, refusals=$refusals)"
}
