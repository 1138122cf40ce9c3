/// One place where events go.
public enum Intake: Sendable, Equatable {
    /// A Datadog site.
    case datadog(site: DatadogSite)
    /// An intake that speaks Datadog's protocol, by its base URL, as `http://127.0.0.1:4319`.
    case datadogURL(String)
    /// A proxy, by the URL that takes `?ddforward=`.
    case proxy(url: String)
    /// An OTLP/HTTP receiver, as an OpenTelemetry Collector: spans go to `<url>/v1/traces`, everything else to
    /// `<url>/v1/logs`. `url` is absolute and without `/v1/…`, as `https://collector.example.com:4318`; `headers` go with
    /// every request, as a vendor's token; default: none.
    case otlp(url: String, headers: [String: String] = [:], encoding: OTLPEncoding = .protobuf)
}

extension Intake: CustomStringConvertible {
    /// Without URL and headers: they may carry a secret, and this ends up in logs.
    public var description: String {
        switch self {
        case .datadog(let site): "Intake(datadog, \(site.rawValue))"
        case .datadogURL: "Intake(datadog)"
        case .proxy: "Intake(proxy)"
        case .otlp: "Intake(otlp)"
        }
    }
}

/// How an OTLP receiver is spoken to.
public enum OTLPEncoding: String, Sendable, CaseIterable {
    /// Binary Protobuf, which every receiver takes.
    case protobuf
    /// JSON: larger, and readable on the way.
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
