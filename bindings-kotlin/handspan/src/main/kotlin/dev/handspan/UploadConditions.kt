package dev.handspan

/**
 * The state of the phone, as far as sending goes. Immutable. A phone that is being charged is neither low nor saving.
 *
 * @param network the network. Default [Network.UNKNOWN].
 * @param batteryLow is the battery below 10 %? Default `false`.
 * @param lowPower is power-save mode on? Default `false`.
 */
public class UploadConditions @JvmOverloads constructor(
    public val network: Network = Network.UNKNOWN,
    public val batteryLow: Boolean = false,
    public val lowPower: Boolean = false,
) {
    /** What is known of the network. */
    public enum class Network {
        /** Nothing: tries are made. */
        UNKNOWN,

        /** There is none: nothing is tried. */
        NONE,

        /** The user pays by the byte. */
        METERED,

        /** The user does not. */
        UNMETERED,
    }

    private fun parts() = listOf(network, batteryLow, lowPower)

    override fun equals(other: Any?): Boolean = other is UploadConditions && parts() == other.parts()

    override fun hashCode(): Int = parts().hashCode()

    override fun toString(): String = "UploadConditions($network, batteryLow=$batteryLow, lowPower=$lowPower)"
}
