package dev.handspan

/**
 * Facts about the device that stand on every event. Immutable. What is empty is left out.
 *
 * @param osName name of the operating system, as `Android`.
 * @param osVersion its version, as `14`.
 * @param model model of the device, as `Pixel 8`.
 * @param brand its brand, as `Google`.
 * @param kind `mobile`, `desktop`, `tablet`, `tv`, `gaming_console`, `bot` or `other`.
 * @param architecture processor, as `arm64-v8a`.
 * @param locale language tag, as `es-FR`.
 */
public class DeviceInfo @JvmOverloads constructor(
    public val osName: String = "",
    public val osVersion: String = "",
    public val model: String = "",
    public val brand: String = "",
    public val kind: String = "",
    public val architecture: String = "",
    public val locale: String = "",
) {
    private fun parts() = listOf(osName, osVersion, model, brand, kind, architecture, locale)

    override fun equals(other: Any?): Boolean = other is DeviceInfo && parts() == other.parts()

    override fun hashCode(): Int = parts().hashCode()

    override fun toString(): String = "DeviceInfo${parts()}"
}
