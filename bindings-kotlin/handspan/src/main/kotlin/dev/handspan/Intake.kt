package dev.handspan

/** A place where events go. Immutable; made by one of the companion's functions. */
public class Intake private constructor(
    internal val kind: String,
    internal val site: String?,
    internal val url: String?,
) {
    override fun equals(other: Any?): Boolean =
        other is Intake && kind == other.kind && site == other.site && url == other.url

    override fun hashCode(): Int = listOf(kind, site, url).hashCode()

    /** Without the URL: a proxy's may carry a secret, and this ends up in logs. */
    override fun toString(): String = "Intake($kind${site?.let { ", $it" }.orEmpty()})"

    /** The kinds of intake. A value that is not understood is refused, with a reason, in [HandspanStatus.refusals]. */
    public companion object {
        /**
         * Datadog's public intake.
         *
         * @param site `us1`, `us3`, `us5`, `eu1`, `us1_fed`, `ap1` or `ap2`.
         */
        @JvmStatic
        public fun datadog(site: String): Intake = Intake("datadog", site, null)

        /**
         * A server that speaks Datadog's intake protocol: events go to `<url>/api/v2/rum`.
         *
         * @param url absolute `http` or `https` URL without query, as `http://127.0.0.1:4319`.
         */
        @JvmStatic
        public fun datadogUrl(url: String): Intake = Intake("datadog", null, url)

        /**
         * A proxy that forwards to the intake what it finds in its query, `?ddforward=<path of the intake>`.
         *
         * @param url absolute `http` or `https` URL of the proxy.
         */
        @JvmStatic
        public fun proxy(url: String): Intake = Intake("proxy", null, url)
    }
}
