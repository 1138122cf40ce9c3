package dev.handspan

/**
 * How the phone is connected. Immutable.
 *
 * @param interfaces by what. Default: not known.
 * @param cellularTechnology technology of the mobile network, as `LTE`. Default `null`.
 * @param carrierName who runs it. Default `null`.
 */
public class Connectivity @JvmOverloads constructor(
    public val status: ConnectivityStatus,
    interfaces: Set<ConnectivityInterface> = emptySet(),
    public val cellularTechnology: String? = null,
    public val carrierName: String? = null,
) {
    /** By what it is connected. */
    public val interfaces: Set<ConnectivityInterface> = interfaces.toSet()

    private fun parts() = listOf(status, interfaces, cellularTechnology, carrierName)

    override fun equals(other: Any?): Boolean = other is Connectivity && parts() == other.parts()

    override fun hashCode(): Int = parts().hashCode()

    override fun toString(): String =
        "Connectivity($status, interfaces=$interfaces, cellularTechnology=$cellularTechnology, carrierName=$carrierName)"
}
