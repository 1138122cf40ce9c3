package dev.handspan

/**
 * Why a request is or is not traced, as data and in words. Immutable; made by [Handspan.explain].
 *
 * Where there was no core that could decide, all but [reason], [decidedBy] and [words] is empty, zero or `null`.
 */
public class Explanation internal constructor(
    /** Does it belong to a trace, ours or the app's own? */
    public val traced: Boolean,
    /** The reason code, as on the event: `traced`, `host_not_first_party`, `not_ready`, … */
    public val reason: String,
    /** The configured host that matched. */
    public val hostEntry: String?,
    /** The headers that it would leave with besides the app's own, by name. The ids in them are drawn anew each time. */
    public val headers: Map<String, String>,
    /** The decision; `null` where there is no trace, or nobody knows. */
    public val sampled: Boolean?,
    /** The formats of the host that matched, in the order in which they are written. */
    public val formats: List<String>,
    /**
     * What settled it: `app_headers`, `switched_off`, `method`, `scheme`, `host`, `formats`, `earlier_hop`, `forced`, `rates`
     * or `core` (there was none that could).
     */
    public val decidedBy: String,
    /** Sample rate of the session, percent. */
    public val sessionRate: Double,
    /** Where the session stands, 0 to 100: every rate above that keeps it. */
    public val sessionPosition: Double,
    /** Sample rate of the host's traces, percent; `null` where no host matched. */
    public val traceRate: Double?,
    /** The field of the configuration that holds [traceRate]. */
    public val traceRateFrom: String?,
    /** The same in a few sentences. */
    public val words: String,
) {
    override fun toString(): String = "$words ($reason)"
}
