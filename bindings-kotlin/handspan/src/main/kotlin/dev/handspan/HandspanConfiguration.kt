package dev.handspan

import dev.handspan.internal.EventMappers
import java.io.File
import java.util.Collections

/**
 * What the app decides. Immutable; made by [Builder], or in Kotlin by the function of the same name:
 *
 * ```
 * HandspanConfiguration(clientToken = "pub…", applicationId = "5f8b…") {
 *     service("shop").env("prod").version("3.2.1")
 *     firstPartyHost("example.com")
 *     intake(Intake.datadog("eu1"))
 *     storageDir(File(cacheDir, "handspan"))
 * }
 * ```
 *
 * Nothing is checked here and nothing throws: what can't be used is left out at the start, and
 * [HandspanStatus.refusals] says which, why, and what to write instead.
 */
public class HandspanConfiguration private constructor(builder: Builder) {
    /** Datadog client token. Required with an intake other than OTLP; without it the start fails. */
    public val clientToken: String = builder.clientToken

    /** UUID of the RUM application. Required with an intake other than OTLP; without it the start fails. */
    public val applicationId: String = builder.applicationId

    /** Name of the core in this process: two starts under one name share it. Default `default`. */
    public val instance: String = builder.instance

    /** `service` of every event. Default `null`. */
    public val service: String? = builder.service

    /** `env` tag of every event. Default `null`. */
    public val env: String? = builder.env

    /** Version of the app, on every event. Default `null`. */
    public val version: String? = builder.version

    /** Folder for batches. Default `null`: they stay in memory and end with the process. */
    public val storageDir: File? = builder.storageDir

    /**
     * Key of 32 bytes that encrypts what lies in [storageDir]; keep it in the platform's key store. One of another length is
     * refused, and batches stay in memory. Default `null`: they are stored in plain. The array is a copy.
     */
    public val encryptionKey: ByteArray? get() = key?.clone()
    private val key: ByteArray? = builder.encryptionKey?.clone()

    /** The app's own hosts. Default: none, then no request gets a header. */
    public val firstPartyHosts: Map<String, HostRule> =
        Collections.unmodifiableMap(LinkedHashMap(builder.firstPartyHosts))

    /**
     * ARMS's id of the app. With one, `tracestate` gets ARMS's member `rum`, where [TraceFormat.TRACECONTEXT] is written.
     * Default `null`: none.
     */
    public val armsPid: String? = builder.armsPid

    /** Percent of sessions that are recorded, 0 to 100. Default 100. */
    public val sessionSampleRate: Double = builder.sessionSampleRate

    /** Percent of a recorded session's requests that are traced, 0 to 100. Default 100. */
    public val traceSampleRate: Double = builder.traceSampleRate

    /** What a request gets that sampling has not kept. Default [TraceContextInjection.SAMPLED]. */
    public val traceContextInjection: TraceContextInjection = builder.traceContextInjection

    /** May the user be recorded? Default [TrackingConsent.GRANTED]. */
    public val trackingConsent: TrackingConsent = builder.trackingConsent

    /** Where events go. Default: nowhere; requests are traced, nothing is sent. */
    public val intakes: List<Intake> = Collections.unmodifiableList(ArrayList(builder.intakes))

    /**
     * Certificates of authorities in PEM, trusted beside Mozilla's for Handspan's own requests: the device's store does not count
     * for them. Default: none.
     */
    public val rootCertificates: List<String> = Collections.unmodifiableList(ArrayList(builder.rootCertificates))

    /**
     * Keys of which the certificate chain of a host must show one, by host: `sha256/` and the Base64 SHA-256 of a public key, as
     * OkHttp's `CertificatePinner` has it. A host whose pins are all refused is not sent to. Default: none.
     */
    public val certificatePins: Map<String, List<String>> =
        Collections.unmodifiableMap(builder.certificatePins.mapValuesTo(LinkedHashMap()) { it.value.toList() })

    /**
     * `http` or `https` URL of a proxy for Handspan's own requests, perhaps with user and password. Default `null`: none; the
     * platform's proxy settings are not read.
     */
    public val proxy: String? = builder.proxy

    /** In which state of the phone events are sent. The app tells that state: [Handspan.setUploadConditions]. */
    public val uploadPolicy: UploadPolicy = builder.uploadPolicy

    /**
     * URL of the remote document, pulled at a start and when the app comes back after more than 30 s in the background
     * ([Handspan.enterBackground], [Handspan.enterForeground]). Default `null`: none.
     */
    public val remoteConfigurationUrl: String? = builder.remoteConfigurationUrl

    /**
     * Who may sign it: key id, and Ed25519 public key of 32 bytes in Base64. With keys, only a document that one of them has signed
     * is believed. Default: none, then it need not be signed.
     */
    public val remoteConfigurationKeys: Map<String, String> =
        Collections.unmodifiableMap(LinkedHashMap(builder.remoteConfigurationKeys))

    /**
     * What stands for this install where a document is for a part of them. It does not leave the phone. Default `null`: a UUID, made
     * at the first start and kept in [storageDir].
     */
    public val installId: String? = builder.installId

    /** `false`: nothing is recorded, set on requests, sent or pulled, whatever a remote document says. Default `true`. */
    public val enabled: Boolean = builder.enabled

    /** Milliseconds after which a batch is sent, 100 to 3,600,000. Default 5,000. */
    public val batchMaxAgeMs: Long = builder.batchMaxAgeMs

    /**
     * Is what [Handspan.stats] tells sent along as an event of type `telemetry`, at most once a minute? [inspect] does it too.
     * Default `false`.
     */
    public val telemetry: Boolean = builder.telemetry

    /** Does each event carry the headers that its hops left with, for the inspector? Default `false`. */
    public val inspect: Boolean = builder.inspect

    /** Facts about the device. Default: what the JVM's own properties tell. */
    public val device: DeviceInfo? = builder.device

    /** Is what happens in the background recorded, in a view of its own? Default `true`. */
    public val trackBackgroundEvents: Boolean = builder.trackBackgroundEvents

    /** Are taps that an error follows marked as frustrations? Default `true`. */
    public val trackFrustrations: Boolean = builder.trackFrustrations

    /** Does this install get an id on its events, for users who are not signed in? Default `true`. */
    public val trackAnonymousUser: Boolean = builder.trackAnonymousUser

    /** The synthetic test that runs the app. Default `null`: none. */
    public val syntheticsTest: SyntheticsTest? = builder.syntheticsTest

    /** Id of the CI test that runs the app. Default `null`: none. */
    public val ciTestExecutionId: String? = builder.ciTestExecutionId

    /** Names of the request and response headers that resources tell; one that carries secrets is refused. Default: none. */
    public val capturedHeaders: List<String> = Collections.unmodifiableList(ArrayList(builder.capturedHeaders))

    /** Names of query parameters whose values are replaced in URLs, or `*` for all. Default: none. */
    public val redactedQueryParameters: List<String> =
        Collections.unmodifiableList(ArrayList(builder.redactedQueryParameters))

    /** Patterns of paths whose named segments are replaced in URLs, as `/users/{user}/cards/{card}`. Default: none. */
    public val pathPatterns: List<String> = Collections.unmodifiableList(ArrayList(builder.pathPatterns))

    internal val mappers: EventMappers = builder.mappers

    /** A builder that starts from these values. */
    public fun toBuilder(): Builder = Builder(clientToken, applicationId).also {
        it.instance = instance
        it.service = service
        it.env = env
        it.version = version
        it.storageDir = storageDir
        it.encryptionKey = key
        it.firstPartyHosts.putAll(firstPartyHosts)
        it.armsPid = armsPid
        it.sessionSampleRate = sessionSampleRate
        it.traceSampleRate = traceSampleRate
        it.traceContextInjection = traceContextInjection
        it.trackingConsent = trackingConsent
        it.intakes.addAll(intakes)
        it.rootCertificates = rootCertificates
        it.certificatePins = certificatePins
        it.proxy = proxy
        it.uploadPolicy = uploadPolicy
        it.remoteConfigurationUrl = remoteConfigurationUrl
        it.remoteConfigurationKeys = remoteConfigurationKeys
        it.installId = installId
        it.enabled = enabled
        it.batchMaxAgeMs = batchMaxAgeMs
        it.telemetry = telemetry
        it.inspect = inspect
        it.device = device
        it.trackBackgroundEvents = trackBackgroundEvents
        it.trackFrustrations = trackFrustrations
        it.trackAnonymousUser = trackAnonymousUser
        it.syntheticsTest = syntheticsTest
        it.ciTestExecutionId = ciTestExecutionId
        it.capturedHeaders = capturedHeaders
        it.redactedQueryParameters = redactedQueryParameters
        it.pathPatterns = pathPatterns
        it.mappers = mappers
    }

    private fun values(): List<Any?> = listOf(
        applicationId, instance, service, env, version, storageDir, firstPartyHosts, armsPid,
        sessionSampleRate, traceSampleRate, traceContextInjection, trackingConsent, intakes,
        certificatePins, uploadPolicy, remoteConfigurationUrl, remoteConfigurationKeys, installId, enabled, batchMaxAgeMs,
        telemetry, inspect, device, trackBackgroundEvents, trackFrustrations, trackAnonymousUser, syntheticsTest,
        ciTestExecutionId, capturedHeaders, redactedQueryParameters, pathPatterns,
    )

    /** What has no business in a log: secrets, certificates for their length, and code. */
    private fun unsaid(): List<Any?> = listOf(clientToken, key?.toList(), rootCertificates, proxy, mappers)

    override fun equals(other: Any?): Boolean =
        other is HandspanConfiguration && unsaid() == other.unsaid() && values() == other.values()

    override fun hashCode(): Int = values().hashCode()

    /** Without the client token, the encryption key and the proxy: they are secrets, and this ends up in logs. */
    override fun toString(): String = "HandspanConfiguration${values()}"

    /**
     * Collects the values of a [HandspanConfiguration]; each has the default that is written there. Not for use by
     * several threads at once.
     */
    public class Builder(internal val clientToken: String, internal val applicationId: String) {
        internal var instance: String = "default"
        internal var service: String? = null
        internal var env: String? = null
        internal var version: String? = null
        internal var storageDir: File? = null
        internal var encryptionKey: ByteArray? = null
        internal val firstPartyHosts: MutableMap<String, HostRule> = LinkedHashMap()
        internal var armsPid: String? = null
        internal var sessionSampleRate: Double = 100.0
        internal var traceSampleRate: Double = 100.0
        internal var traceContextInjection: TraceContextInjection = TraceContextInjection.SAMPLED
        internal var trackingConsent: TrackingConsent = TrackingConsent.GRANTED
        internal val intakes: MutableList<Intake> = ArrayList()
        internal var rootCertificates: List<String> = emptyList()
        internal var certificatePins: Map<String, List<String>> = emptyMap()
        internal var proxy: String? = null
        internal var uploadPolicy: UploadPolicy = UploadPolicy()
        internal var remoteConfigurationUrl: String? = null
        internal var remoteConfigurationKeys: Map<String, String> = emptyMap()
        internal var installId: String? = null
        internal var enabled: Boolean = true
        internal var batchMaxAgeMs: Long = 5_000
        internal var telemetry: Boolean = false
        internal var inspect: Boolean = false
        internal var device: DeviceInfo? = null
        internal var trackBackgroundEvents: Boolean = true
        internal var trackFrustrations: Boolean = true
        internal var trackAnonymousUser: Boolean = true
        internal var syntheticsTest: SyntheticsTest? = null
        internal var ciTestExecutionId: String? = null
        internal var capturedHeaders: List<String> = emptyList()
        internal var redactedQueryParameters: List<String> = emptyList()
        internal var pathPatterns: List<String> = emptyList()
        internal var mappers: EventMappers = EventMappers()

        /** Sets [HandspanConfiguration.instance]. */
        public fun instance(name: String): Builder = apply { instance = name }

        /** Sets [HandspanConfiguration.service]. */
        public fun service(name: String?): Builder = apply { service = name }

        /** Sets [HandspanConfiguration.env]. */
        public fun env(name: String?): Builder = apply { env = name }

        /** Sets [HandspanConfiguration.version]. */
        public fun version(version: String?): Builder = apply { this.version = version }

        /** Sets [HandspanConfiguration.storageDir]. The folder is made when it is missing. */
        public fun storageDir(folder: File?): Builder = apply { storageDir = folder }

        /** Sets [HandspanConfiguration.encryptionKey]. */
        public fun encryptionKey(key: ByteArray?): Builder = apply { encryptionKey = key?.clone() }

        /**
         * Adds one of the app's own hosts; the same name again replaces it.
         *
         * @param host host name (its subdomains are included), IPv4 or IPv6 literal; one `*` may stand at the end of a name's
         *   first label, as in `api-*.example.com`. Of a URL only the host counts, which is reported. When several entries
         *   match a request, the most specific one decides.
         */
        @JvmOverloads
        public fun firstPartyHost(host: String, rule: HostRule = HostRule()): Builder =
            apply { firstPartyHosts[host] = rule }

        /** Sets [HandspanConfiguration.firstPartyHosts] as a whole. */
        public fun firstPartyHosts(hosts: Map<String, HostRule>): Builder = apply {
            firstPartyHosts.clear()
            firstPartyHosts.putAll(hosts)
        }

        /** Sets [HandspanConfiguration.armsPid]. */
        public fun armsPid(id: String?): Builder = apply { armsPid = id }

        /** Sets [HandspanConfiguration.sessionSampleRate]. */
        public fun sessionSampleRate(percent: Double): Builder = apply { sessionSampleRate = percent }

        /** Sets [HandspanConfiguration.traceSampleRate]. */
        public fun traceSampleRate(percent: Double): Builder = apply { traceSampleRate = percent }

        /** Sets [HandspanConfiguration.traceContextInjection]. */
        public fun traceContextInjection(injection: TraceContextInjection): Builder =
            apply { traceContextInjection = injection }

        /** Sets [HandspanConfiguration.trackingConsent]. */
        public fun trackingConsent(consent: TrackingConsent): Builder = apply { trackingConsent = consent }

        /** Adds a place where events go. */
        public fun intake(intake: Intake): Builder = apply { intakes.add(intake) }

        /** Sets [HandspanConfiguration.intakes] as a whole. */
        public fun intakes(intakes: List<Intake>): Builder = apply {
            this.intakes.clear()
            this.intakes.addAll(intakes)
        }

        /** Sets [HandspanConfiguration.rootCertificates]. */
        public fun rootCertificates(pems: List<String>): Builder = apply { rootCertificates = pems }

        /** Sets [HandspanConfiguration.certificatePins]. List a second pin before the first one's key expires. */
        public fun certificatePins(pins: Map<String, List<String>>): Builder = apply { certificatePins = pins }

        /** Sets [HandspanConfiguration.proxy]. */
        public fun proxy(url: String?): Builder = apply { proxy = url }

        /** Sets [HandspanConfiguration.uploadPolicy]. */
        public fun uploadPolicy(policy: UploadPolicy): Builder = apply { uploadPolicy = policy }

        /** Sets [HandspanConfiguration.remoteConfigurationUrl]. */
        public fun remoteConfigurationUrl(url: String?): Builder = apply { remoteConfigurationUrl = url }

        /** Sets [HandspanConfiguration.remoteConfigurationKeys]. List the next key before the first one is retired. */
        public fun remoteConfigurationKeys(keys: Map<String, String>): Builder = apply { remoteConfigurationKeys = keys }

        /** Sets [HandspanConfiguration.installId]. */
        public fun installId(id: String?): Builder = apply { installId = id }

        /** Sets [HandspanConfiguration.enabled]. */
        public fun enabled(enabled: Boolean): Builder = apply { this.enabled = enabled }

        /** Sets [HandspanConfiguration.batchMaxAgeMs]. */
        public fun batchMaxAgeMs(milliseconds: Long): Builder = apply { batchMaxAgeMs = milliseconds }

        /** Sets [HandspanConfiguration.telemetry]. */
        public fun telemetry(telemetry: Boolean): Builder = apply { this.telemetry = telemetry }

        /** Sets [HandspanConfiguration.inspect]. It adds about 300 bytes to an event: not for production. */
        public fun inspect(inspect: Boolean): Builder = apply { this.inspect = inspect }

        /** Sets [HandspanConfiguration.device]. */
        public fun device(device: DeviceInfo?): Builder = apply { this.device = device }

        /** Sets [HandspanConfiguration.trackBackgroundEvents]. */
        public fun trackBackgroundEvents(track: Boolean): Builder = apply { trackBackgroundEvents = track }

        /** Sets [HandspanConfiguration.trackFrustrations]. */
        public fun trackFrustrations(track: Boolean): Builder = apply { trackFrustrations = track }

        /** Sets [HandspanConfiguration.trackAnonymousUser]. */
        public fun trackAnonymousUser(track: Boolean): Builder = apply { trackAnonymousUser = track }

        /** Sets [HandspanConfiguration.syntheticsTest]. */
        public fun syntheticsTest(test: SyntheticsTest?): Builder = apply { syntheticsTest = test }

        /** Sets [HandspanConfiguration.ciTestExecutionId]. */
        public fun ciTest(executionId: String?): Builder = apply { ciTestExecutionId = executionId }

        /** Sets [HandspanConfiguration.capturedHeaders]. */
        public fun captureHeaders(names: List<String>): Builder = apply { capturedHeaders = names }

        /** Sets [HandspanConfiguration.redactedQueryParameters]. */
        public fun redactQueryParameters(names: List<String>): Builder = apply { redactedQueryParameters = names }

        /** Sets [HandspanConfiguration.pathPatterns]. */
        public fun pathPatterns(patterns: List<String>): Builder = apply { pathPatterns = patterns }

        /** Sees each update of a view before it is stored. Default `null`: none. */
        public fun viewEventMapper(mapper: ViewEventMapper?): Builder = apply { mappers = mappers.copy(view = mapper) }

        /** Sees each action before it is stored. Default `null`: none. */
        public fun actionEventMapper(mapper: EventMapper<ActionEvent>?): Builder =
            apply { mappers = mappers.copy(action = mapper) }

        /** Sees each resource before it is stored. Default `null`: none. */
        public fun resourceEventMapper(mapper: EventMapper<ResourceEvent>?): Builder =
            apply { mappers = mappers.copy(resource = mapper) }

        /** Sees each error before it is stored. Default `null`: none. */
        public fun errorEventMapper(mapper: EventMapper<ErrorEvent>?): Builder =
            apply { mappers = mappers.copy(error = mapper) }

        /** Sees each long task before it is stored. Default `null`: none. */
        public fun longTaskEventMapper(mapper: EventMapper<LongTaskEvent>?): Builder =
            apply { mappers = mappers.copy(longTask = mapper) }

        /** Sees each vital before it is stored. Default `null`: none. */
        public fun vitalEventMapper(mapper: EventMapper<VitalEvent>?): Builder =
            apply { mappers = mappers.copy(vital = mapper) }

        /** Sees each line of a log before it is stored. Default `null`: none. */
        public fun logEventMapper(mapper: EventMapper<LogEvent>?): Builder = apply { mappers = mappers.copy(log = mapper) }

        /** The configuration. The builder may be used on; what was built does not change. */
        public fun build(): HandspanConfiguration = HandspanConfiguration(this)
    }
}

/** A [HandspanConfiguration], built in place. */
@JvmSynthetic
public inline fun HandspanConfiguration(
    clientToken: String,
    applicationId: String,
    configure: HandspanConfiguration.Builder.() -> Unit,
): HandspanConfiguration = HandspanConfiguration.Builder(clientToken, applicationId).apply(configure).build()
