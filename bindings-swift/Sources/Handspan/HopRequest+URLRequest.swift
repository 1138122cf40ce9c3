import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension HopRequest {
    /// What the core wants to know of a request, as URLSession itself parsed it: then there is no second opinion on what
    /// the URL means.
    /// - Parameters:
    ///   - sessionHeaders: `httpAdditionalHeaders` of the session; the request's own win, as in URLSession.
    ///   - traceHeaderNames: the headers to hand over.
    ///   - ids: of the call's first traced hop, or of the span that it is made in.
    ///   - keep: keep this trace, whatever the rates say.
    init(
        _ request: URLRequest, sessionHeaders: [String: String], traceHeaderNames: [String], ids: RequestIds?,
        keep: Bool
    ) {
        let url = request.url
        let scheme = Self.scheme(of: url)
        self.init(
            method: request.httpMethod ?? "GET",
            scheme: scheme,
            host: url?.host ?? "",
            port: UInt16(exactly: url?.port ?? Self.defaultPort(scheme)) ?? 0,
            path: url.flatMap { URLComponents(url: $0, resolvingAgainstBaseURL: true) }?.percentEncodedPath ?? "",
            headers: Header.standing(traceHeaderNames, on: request, sessionHeaders: sessionHeaders),
            ids: ids,
            keep: keep
        )
    }

    /// A web socket begins as a GET of HTTP.
    private static func scheme(of url: URL?) -> String {
        switch url?.scheme?.lowercased() {
        case "ws": "http"
        case "wss": "https"
        case let other: other ?? ""
        }
    }

    private static func defaultPort(_ scheme: String) -> Int {
        switch scheme {
        case "https": 443
        case "http": 80
        default: 0
        }
    }
}

extension HopPlan {
    /// The plan of a hop that left while there was no core.
    static let notReady = HopPlan(
        traced: false, reason: "not_ready", hostEntry: nil, headers: [], traceId: nil, spanId: nil, sampled: nil,
        sessionId: "", rulePsr: nil)

    /// The ids that later hops of the same call share; nil where there are none.
    var idsForLaterHops: RequestIds? {
        guard traced, let traceId else { return nil }
        return RequestIds(traceId: traceId, spanId: nil, sessionId: sessionId, sampled: sampled)
    }
}

extension URLSessionConfiguration {
    /// `httpAdditionalHeaders` by lower-case name; what is not text is left out, as URLSession does.
    var additionalHeaders: [String: String] {
        var headers: [String: String] = [:]
        for (name, value) in httpAdditionalHeaders ?? [:] {
            guard let name = name as? String, let value = value as? String else { continue }
            headers[name.lowercased()] = value
        }
        return headers
    }
}
