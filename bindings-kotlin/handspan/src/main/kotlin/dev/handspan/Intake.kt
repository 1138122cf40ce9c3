package dev.handspan

/** A place where events go. Immutable; made by one of the companion's functions. */
public class Intake private constructor(
    internal val kind: String,
    internal val site: String?,
    internal val url: String?,
    internal val encoding: OtlpEncoding? = null,
    internal val headers: Map<String, String> = emptyMap(),
) {
    override fun equals(other: Any?): Boolean = other is Intake && parts() == other.parts()

    override fun hashCode(): Int = parts().hashCode()

    private fun parts() = listOf(kind, site, url, encoding, headers)

    /** Without URL and headers: they may carry a secret, and this ends up in logs. */
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

        /**
         * An OTLP/HTTP receiver, as an OpenTelemetry Collector: spans go to `<url>/v1/traces`, everything else to
         * `<url>/v1/logs`.
         *
         * @param url absolute `http` or `https` URL without `/v1/…`, as `https://collector.example.com:4318`.
         * @param headers headers of every request, as a vendor's token. Default: none.
         * @param encoding default [OtlpEncoding.PROTOBUF].
         */
        @JvmStatic
        @JvmOverloads
        public fun otlp(
            url: String,
            headers: Map<String, String> = emptyMap(),
            encoding: OtlpEncoding = OtlpEncoding.PROTOBUF,
        ): Intake = Intake("otlp", null, url, encoding, headers.toMap())
    }
}
