package dev.handspan

/**
 * In which state of the phone events are sent, and how often its radio is woken for them. Immutable. What
 * [Handspan.setUploadConditions] has not told forbids nothing.
 *
 * @param metered send over a metered network? Default `true`: a phone may see no other for days, and what is a day old is lost.
 * @param batteryLow send while the battery is low? Default `false`.
 * @param lowPower send in power-save mode? Default `false`.
 * @param meteredIntervalMs least time between two wake-ups of the radio on a metered network, milliseconds, 0 to 43,200,000.
 *   Default 30,000.
 * @param backgroundIntervalMs the same while the app is in the background. Default 900,000. A value outside the range is moved to
 *   the nearest bound and reported in [HandspanStatus.refusals].
 */
public class UploadPolicy @JvmOverloads constructor(
    public val metered: Boolean = true,
    public val batteryLow: Boolean = false,
    public val lowPower: Boolean = false,
    public val meteredIntervalMs: Long = 30_000,
    public val backgroundIntervalMs: Long = 900_000,
) {
    private fun parts() = listOf(metered, batteryLow, lowPower, meteredIntervalMs, backgroundIntervalMs)

    override fun equals(other: Any?): Boolean = other is UploadPolicy && parts() == other.parts()

    override fun hashCode(): Int = parts().hashCode()

    override fun toString(): String =
        "UploadPolicy(metered=$metered, batteryLow=$batteryLow, lowPower=$lowPower, " +
            "meteredIntervalMs=$meteredIntervalMs, backgroundIntervalMs=$backgroundIntervalMs)"
}
