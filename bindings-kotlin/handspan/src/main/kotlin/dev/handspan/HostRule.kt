package dev.handspan

/**
 * What one of the app's own hosts wants. Immutable.
 *
 * @param formats trace formats that its requests leave with. Default: `datadog` and `tracecontext`, which join services
 *   under Datadog's and under OpenTelemetry's tracers with default settings. Empty: the host is the app's, but is not traced.
 * @param sampleRate percent of its requests that are traced, 0 to 100, instead of
 *   [HandspanConfiguration.traceSampleRate]. `null` (the default): the general rate. A value outside the range is
 *   moved to the nearest bound and reported in [HandspanStatus.refusals].
 */
public class HostRule @JvmOverloads constructor(
    formats: Set<TraceFormat> = setOf(TraceFormat.DATADOG, TraceFormat.TRACECONTEXT),
    public val sampleRate: Double? = null,
) {
    /** Trace formats that requests to this host leave with. */
    public val formats: Set<TraceFormat> = formats.toSet()

    override fun equals(other: Any?): Boolean =
        other is HostRule && formats == other.formats && sampleRate == other.sampleRate

    override fun hashCode(): Int = 31 * formats.hashCode() + (sampleRate?.hashCode() ?: 0)

    override fun toString(): String = "HostRule(formats=$formats, sampleRate=$sampleRate)"
}
