import Foundation

/// What the app configures. A plain value: nothing in it is checked here. The core takes what is good; what it does not
/// take comes back, with the reason, in ``HandspanStatus/refusals``.
public struct HandspanConfiguration: Sendable, Equatable {
    /// Datadog client token. Must not be empty where an intake is configured.
    public var clientToken: String
    /// UUID of the RUM application. Must be a UUID where an intake is configured.
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
    /// URL of the remote document, pulled at a cold start. Default: none.
    public var remoteConfigurationURL: String?
    /// Age at which an open batch is sealed and sent, milliseconds, 100…3,600,000. Default 5,000.
    public var batchMaxAgeMs: Int
    /// Adds to each event the hops of its call with the trace headers each left with, for the inspector. Costs some
    /// hundred bytes an event. Default false.
    public var inspect: Bool
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
        remoteConfigurationURL: String? = nil,
        batchMaxAgeMs: Int = 5_000,
        inspect: Bool = false,
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
        self.remoteConfigurationURL = remoteConfigurationURL
        self.batchMaxAgeMs = batchMaxAgeMs
        self.inspect = inspect
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

/// One place where events go.
public enum Intake: Sendable, Equatable {
    /// A Datadog site.
    case datadog(site: DatadogSite)
    /// An intake that speaks Datadog's protocol, by its base URL, as `http://127.0.0.1:4319`.
    case datadogURL(String)
    /// A proxy, by the URL that takes `?ddforward=`.
    case proxy(url: String)
    /// An OTLP/HTTP receiver, as an OpenTelemetry Collector, by its URL without `/v1/…`; the headers go with every request.
    case otlp(url: String, encoding: OTLPEncoding = .protobuf, headers: [String: String] = [:])
}

/// How OTLP is spelled.
public enum OTLPEncoding: String, Sendable, CaseIterable {
    /// Binary, which every receiver takes.
    case protobuf
    /// JSON.
    case json
}

/// A Datadog site.
public enum DatadogSite: String, Sendable, CaseIterable {
    /// `browser-intake-datadoghq.com`
    case us1
    /// `browser-intake-us3-datadoghq.com`
    case us3
    /// `browser-intake-us5-datadoghq.com`
    case us5
    /// `browser-intake-datadoghq.eu`
    case eu1
    /// `browser-intake-ddog-gov.com`
    case us1Fed = "us1_fed"
    /// `browser-intake-ap1-datadoghq.com`
    case ap1
    /// `browser-intake-ap2-datadoghq.com`
    case ap2
}
