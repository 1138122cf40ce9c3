import Foundation

/// What the app configures. A plain value: nothing in it is checked here. The core takes what is good; what it does not
/// take comes back, with the reason, in ``HandspanStatus/refusals``.
public struct HandspanConfiguration: Sendable {
    /// Datadog client token. Must not be empty where an intake other than OTLP is configured.
    public var clientToken: String
    /// UUID of the RUM application. Must be a UUID where an intake other than OTLP is configured.
    public var applicationID: String
    /// The app's own hosts, and what each wants. A key is a host name (its subdomains are included, on label
    /// boundaries), an IPv4 or an IPv6 literal. When several match, the most specific wins. Default: none, so that no
    /// request gets a header.
    public var firstPartyHosts: [String: HostRule]
    /// ARMS's id of the app: letters, digits and `@ . _ -`, at most 200. With one, `tracestate` of a kept trace gets ARMS's
    /// member `rum`, where ``TraceFormat/tracecontext`` is written. Default: none.
    public var armsPID: String?
    /// `service` of every event. Default: none.
    public var service: String?
    /// `env` tag of every event. Default: none.
    public var env: String?
    /// Version of the app. Default: `CFBundleShortVersionString` of the main bundle.
    public var version: String?
    /// Where events go. Default: nowhere.
    public var intakes: [Intake]
    /// Percent of sessions that are recorded, 0…100; what is outside is clamped and reported. Default 100.
    public var sessionSampleRate: Double
    /// Percent of a recorded session's requests that are traced, 0…100; what is outside is clamped and reported.
    /// Default 100.
    public var traceSampleRate: Double
    /// What a request gets that is not kept. Default ``TraceContextInjection/sampled``.
    public var traceContextInjection: TraceContextInjection
    /// May the user be recorded? Default ``TrackingConsent/granted``.
    public var trackingConsent: TrackingConsent
    /// Folder for what waits to be sent, made when missing; nil keeps it in memory, where it dies with the process.
    /// Default ``defaultStorageDir``. Not to be shared by two processes.
    public var storageDir: String?
    /// Key of 32 bytes that encrypts what lies in ``storageDir``; keep it in the keychain, readable after the first unlock.
    /// One of another length is refused, and batches stay in memory. Default: none, they are stored in plain.
    public var encryptionKey: Data?
    /// Certificates of authorities in PEM, trusted beside Mozilla's for Handspan's own requests: the device's store does
    /// not count for them. Default: none.
    public var rootCertificates: [String]
    /// Keys of which the certificate chain of a host must show one, by host: `sha256/` and the Base64 SHA-256 of a public
    /// key. List a second one before the first one's key expires. A host whose pins are all refused is not sent to.
    /// Default: none.
    public var certificatePins: [String: [String]]
    /// `http` or `https` URL of a proxy for Handspan's own requests, perhaps with user and password. Default: none; the
    /// platform's proxy settings are not read.
    public var proxy: String?
    /// In which state of the phone events are sent. The app tells that state:
    /// ``Handspan/Handspan/setUploadConditions(_:)``.
    public var uploadPolicy: UploadPolicy
    /// URL of the remote document, pulled at a cold start and when the app comes back after more than 30 s in the background
    /// (``Handspan/Handspan/enterBackground()``, ``Handspan/Handspan/enterForeground()``). Default: none.
    public var remoteConfigurationURL: String?
    /// Who may sign it: key id, and Ed25519 public key of 32 bytes in Base64. With keys, only a document that one of them has
    /// signed is believed; list the next key before the first one is retired. Default: none, it need not be signed.
    public var remoteConfigurationKeys: [String: String]
    /// What stands for this install where a document is for a part of them. It does not leave the phone. Default: a UUID, made
    /// at the first start and kept in ``storageDir``.
    public var installID: String?
    /// False: nothing is recorded, set on requests, sent or pulled, whatever a remote document says. Default true.
    public var enabled: Bool
    /// Age at which an open batch is sealed and sent, milliseconds, 100…3,600,000. Default 5,000.
    public var batchMaxAgeMs: Int
    /// Sends what ``Handspan/Handspan/stats`` tells along as an event of type `telemetry`, at most once a minute; ``inspect``
    /// does it too. Default false.
    public var telemetry: Bool
    /// Adds to each event the hops of its call with the trace headers each left with, for the inspector. Costs some
    /// hundred bytes an event. Default false.
    public var inspect: Bool
    /// Records what happens in the background without a view in a view of its own, `Background`. Default true; false: it is
    /// dropped, and counted.
    public var trackBackgroundEvents: Bool
    /// Marks taps that an error follows as frustrations. Default true.
    public var trackFrustrations: Bool
    /// Gives this install an id on its events, for users who are not signed in; a UUID kept in ``storageDir``. Default true.
    public var trackAnonymousUser: Bool
    /// The synthetic test that runs the app, and its run: its sessions are told from a user's. Default: none.
    public var syntheticsTest: SyntheticsTest?
    /// Id of the CI test that runs the app, for the same. Default: none.
    public var ciTestExecutionID: String?
    /// Names of request and response headers that resources tell, at most 100. Those that carry secrets are never told.
    /// Default: none.
    public var capturedHeaders: [String]
    /// Names of query parameters whose values are replaced in recorded URLs; `*` for all. Default: none.
    public var redactedQueryParameters: [String]
    /// Patterns of paths whose named segments are replaced in recorded URLs: by `/users/{user}/cards` the path
    /// `/users/4711/cards` is told as `/users/{user}/cards`. The first that fits counts. Default: none.
    public var pathPatterns: [String]
    /// Sees each update of a view before it is stored, and may change it; it can't drop one.
    ///
    /// This and the mappers below are called on one thread of Handspan's, one event at a time; without any there is no such
    /// thread. An answer that takes more than five seconds comes too late: the event is dropped and counted. Of two starts with
    /// one ``instance`` the first one's mappers count. Default: none.
    public var viewEventMapper: (@Sendable (ViewEvent) -> ViewEvent)?
    /// Sees each action before it is stored, and may change it; nil drops it. Default: none.
    public var actionEventMapper: (@Sendable (ActionEvent) -> ActionEvent?)?
    /// Sees each resource before it is stored, and may change it; nil drops it. Default: none.
    public var resourceEventMapper: (@Sendable (ResourceEvent) -> ResourceEvent?)?
    /// Sees each error before it is stored, and may change it; nil drops it. Default: none.
    public var errorEventMapper: (@Sendable (ErrorEvent) -> ErrorEvent?)?
    /// Sees each long task before it is stored, and may change it; nil drops it. Default: none.
    public var longTaskEventMapper: (@Sendable (LongTaskEvent) -> LongTaskEvent?)?
    /// Sees each vital before it is stored, and may change it; nil drops it. Default: none.
    public var vitalEventMapper: (@Sendable (VitalEvent) -> VitalEvent?)?
    /// Sees each line of a log before it is stored, and may change it; nil drops it. Default: none.
    public var logEventMapper: (@Sendable (LogEvent) -> LogEvent?)?
    /// Name of the core in this process: two starts with one name share one core. Default `default`.
    public var instance: String

    /// - Parameters:
    ///   - clientToken: Datadog client token.
    ///   - applicationID: UUID of the RUM application.
    ///   - firstPartyHosts: the app's own hosts, as `["example.com": [.datadog, .tracecontext]]`.
    public init(
        clientToken: String,
        applicationID: String,
        firstPartyHosts: [String: HostRule] = [:],
        armsPID: String? = nil,
        service: String? = nil,
        env: String? = nil,
        version: String? = HandspanConfiguration.bundleVersion,
        intakes: [Intake] = [],
        sessionSampleRate: Double = 100,
        traceSampleRate: Double = 100,
        traceContextInjection: TraceContextInjection = .sampled,
        trackingConsent: TrackingConsent = .granted,
        storageDir: String? = HandspanConfiguration.defaultStorageDir,
        encryptionKey: Data? = nil,
        rootCertificates: [String] = [],
        certificatePins: [String: [String]] = [:],
        proxy: String? = nil,
        uploadPolicy: UploadPolicy = UploadPolicy(),
        remoteConfigurationURL: String? = nil,
        remoteConfigurationKeys: [String: String] = [:],
        installID: String? = nil,
        enabled: Bool = true,
        batchMaxAgeMs: Int = 5_000,
        telemetry: Bool = false,
        inspect: Bool = false,
        trackBackgroundEvents: Bool = true,
        trackFrustrations: Bool = true,
        trackAnonymousUser: Bool = true,
        syntheticsTest: SyntheticsTest? = nil,
        ciTestExecutionID: String? = nil,
        capturedHeaders: [String] = [],
        redactedQueryParameters: [String] = [],
        pathPatterns: [String] = [],
        viewEventMapper: (@Sendable (ViewEvent) -> ViewEvent)? = nil,
        actionEventMapper: (@Sendable (ActionEvent) -> ActionEvent?)? = nil,
        resourceEventMapper: (@Sendable (ResourceEvent) -> ResourceEvent?)? = nil,
        errorEventMapper: (@Sendable (ErrorEvent) -> ErrorEvent?)? = nil,
        longTaskEventMapper: (@Sendable (LongTaskEvent) -> LongTaskEvent?)? = nil,
        vitalEventMapper: (@Sendable (VitalEvent) -> VitalEvent?)? = nil,
        logEventMapper: (@Sendable (LogEvent) -> LogEvent?)? = nil,
        instance: String = "default"
    ) {
        self.clientToken = clientToken
        self.applicationID = applicationID
        self.firstPartyHosts = firstPartyHosts
        self.armsPID = armsPID
        self.service = service
        self.env = env
        self.version = version
        self.intakes = intakes
        self.sessionSampleRate = sessionSampleRate
        self.traceSampleRate = traceSampleRate
        self.traceContextInjection = traceContextInjection
        self.trackingConsent = trackingConsent
        self.storageDir = storageDir
        self.encryptionKey = encryptionKey
        self.rootCertificates = rootCertificates
        self.certificatePins = certificatePins
        self.proxy = proxy
        self.uploadPolicy = uploadPolicy
        self.remoteConfigurationURL = remoteConfigurationURL
        self.remoteConfigurationKeys = remoteConfigurationKeys
        self.installID = installID
        self.enabled = enabled
        self.batchMaxAgeMs = batchMaxAgeMs
        self.telemetry = telemetry
        self.inspect = inspect
        self.trackBackgroundEvents = trackBackgroundEvents
        self.trackFrustrations = trackFrustrations
        self.trackAnonymousUser = trackAnonymousUser
        self.syntheticsTest = syntheticsTest
        self.ciTestExecutionID = ciTestExecutionID
        self.capturedHeaders = capturedHeaders
        self.redactedQueryParameters = redactedQueryParameters
        self.pathPatterns = pathPatterns
        self.viewEventMapper = viewEventMapper
        self.actionEventMapper = actionEventMapper
        self.resourceEventMapper = resourceEventMapper
        self.errorEventMapper = errorEventMapper
        self.longTaskEventMapper = longTaskEventMapper
        self.vitalEventMapper = vitalEventMapper
        self.logEventMapper = logEventMapper
        self.instance = instance
    }

    /// `dev.handspan` in the app's caches folder: not part of a backup, and the system may empty it when the device
    /// is full. Nil where the platform names no such folder.
    public static var defaultStorageDir: String? {
        FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first?
            .appendingPathComponent("dev.handspan").path
    }

    /// The main bundle's `CFBundleShortVersionString`, if it has one.
    public static var bundleVersion: String? {
        Bundle.main.object(forInfoDictionaryKey: "CFBundleShortVersionString") as? String
    }
}

extension HandspanConfiguration: CustomStringConvertible {
    /// What has no business in a log: secrets, and certificates for their length.
    private static let unsaid: Set = ["clientToken", "encryptionKey", "proxy", "rootCertificates"]

    /// Without the client token, the encryption key and the proxy: they are secrets, and this ends up in logs.
    public var description: String {
        let said = Mirror(reflecting: self).children.compactMap { child -> String? in
            guard let label = child.label, !Self.unsaid.contains(label) else { return nil }
            return "\(label): \(child.value)"
        }
        return "HandspanConfiguration(\(said.joined(separator: ", ")))"
    }
}

/// What a first-party host wants. An array literal of formats is the short form.
public struct HostRule: Sendable, Equatable, ExpressibleByArrayLiteral {
    /// Trace formats; one trace id, one span id and one decision serve them all. Empty: the host is the app's own, but its
    /// requests are not traced. Default: ``TraceFormat/datadog`` and ``TraceFormat/tracecontext``, of which services with
    /// default settings read one.
    public var formats: [TraceFormat]
    /// Trace sample rate of this host, percent, 0…100, instead of the general one. Default: the general one.
    public var sampleRate: Double?

    /// A rule of formats and, where the host has its own, a sample rate.
    public init(formats: [TraceFormat] = [.datadog, .tracecontext], sampleRate: Double? = nil) {
        self.formats = formats
        self.sampleRate = sampleRate
    }

    /// A rule of formats alone.
    public init(arrayLiteral elements: TraceFormat...) {
        self.init(formats: elements)
    }
}

/// The headers in which a trace travels.
public enum TraceFormat: String, Sendable, CaseIterable {
    /// The six `x-datadog-*` headers; read by Datadog's tracers.
    case datadog
    /// `traceparent` and `tracestate`, as W3C Trace Context has them; read by Datadog's and OpenTelemetry's tracers.
    case tracecontext
    /// B3 in one header, `b3`; read by Zipkin's tracers.
    case b3
    /// B3 in a header a field: `X-B3-TraceId`, `X-B3-SpanId`, `X-B3-Sampled`.
    case b3multi
    /// `sw8`, read by SkyWalking's agents. A trace that is not kept has no `sw8`, whatever ``TraceContextInjection`` says:
    /// the agents ignore the flag.
    case sw8
    /// W3C Baggage: `baggage` with the ids of the session, the user and the account. Only beside another format: alone it is
    /// refused.
    case baggage
}

/// What a request gets that sampling does not keep.
public enum TraceContextInjection: String, Sendable, CaseIterable {
    /// No trace header.
    case sampled
    /// Headers that say "not kept".
    case all
}

/// May the user be recorded?
public enum TrackingConsent: String, Sendable, CaseIterable {
    /// Recorded and sent.
    case granted
    /// Recorded and kept, not sent.
    case pending
    /// Nothing recorded, no header set; what was kept is deleted.
    case refused
}
