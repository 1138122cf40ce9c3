import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One call of the app: its hops in order, what we set on each, what came back. It is begun once and finished once.
final class Call: Sendable {
    private struct Hop {
        let url: String
        let plan: HopPlan
        let set: SetHeaders
        var statusCode: UInt16?
        /// Was it planned by the core?
        var byCore = true
    }

    private struct State {
        var hops: [Hop]
        /// Of the first traced hop.
        var ids: RequestIds?
        var responseBytes: UInt64 = 0
        var metrics: CallMetrics?
        var finished = false
        /// Was a hop of it counted as sent without a core?
        var counted = false
    }

    private let handspan: Handspan
    private let method: String
    private let url: String
    private let sessionHeaders: [String: String]
    private let start: UInt64
    private let state: Locked<State>

    /// Begins a call: plans its first hop and sets its headers on the request. Without a core the
    /// request is left as the app made it.
    init(_ request: inout URLRequest, sessionHeaders: [String: String] = [:], handspan: Handspan) {
        self.handspan = handspan
        method = request.httpMethod ?? "GET"
        url = request.url?.absoluteString ?? ""
        self.sessionHeaders = sessionHeaders
        start = Self.now()
        let hop = Self.hop(&request, sessionHeaders: sessionHeaders, ids: nil, handspan: handspan)
        state = Locked(State(hops: [hop], ids: hop.plan.idsForLaterHops, counted: !hop.byCore))
        if !hop.byCore { handspan.countUntouched() }
    }

    /// The call of a request whose first hop was planned earlier.
    init(_ request: URLRequest, planned hop: RememberedHops.Hop, sessionHeaders: [String: String], handspan: Handspan) {
        self.handspan = handspan
        method = request.httpMethod ?? "GET"
        url = request.url?.absoluteString ?? ""
        self.sessionHeaders = sessionHeaders
        // A request that is sent again begins now.
        start = hop.claimed ? Self.now() : hop.plannedAt
        state = Locked(
            State(hops: [Hop(url: url, plan: hop.plan, set: hop.set)], ids: hop.plan.idsForLaterHops))
    }

    /// Does the first hop leave as the app made it?
    var setsNothing: Bool { state.withLock { $0.hops.first?.plan.headers.isEmpty ?? true } }

    /// A redirect answered the last hop.
    func redirected(by response: HTTPURLResponse) {
        let status = UInt16(exactly: response.statusCode)
        state.withLock { state in
            guard let last = state.hops.indices.last else { return }
            state.hops[last].statusCode = status
        }
    }

    /// The request as the app itself would have it: without anything that we set on an earlier hop.
    func stripped(_ request: URLRequest) -> URLRequest {
        var request = request
        // From the last hop back: an earlier original comes to light under a later one.
        for hop in state.withLock({ $0.hops }).reversed() { hop.set.strip(from: &request) }
        return request
    }

    /// Plans the next hop afresh and sets its headers.
    func nextHop(_ request: URLRequest) -> URLRequest {
        var request = stripped(request)
        let ids = state.withLock { $0.ids }
        let hop = Self.hop(&request, sessionHeaders: sessionHeaders, ids: ids, handspan: handspan)
        let count = state.withLock { state in
            state.hops.append(hop)
            if state.ids == nil { state.ids = hop.plan.idsForLaterHops }
            defer { state.counted = state.counted || !hop.byCore }
            return !hop.byCore && !state.counted
        }
        if count { handspan.countUntouched() }
        return request
    }

    /// Bytes of the response's body came in.
    func received(bytes: Int) {
        state.withLock { $0.responseBytes &+= UInt64(max(0, bytes)) }
    }

    /// The platform has measured the call.
    func measured(_ metrics: CallMetrics) {
        state.withLock { $0.metrics = metrics }
    }

    /// Reports the call; a second time does nothing. Not one that the core knows nothing of: it was counted.
    /// - Parameter requestBytes: bytes of the request's body that went out.
    func finish(response: URLResponse?, error: (any Error)?, requestBytes: Int64) {
        let end = Self.now()
        let http = response as? HTTPURLResponse
        let status = http.flatMap { UInt16(exactly: $0.statusCode) }
        let done: State? = state.withLock { state in
            guard !state.finished else { return nil }
            state.finished = true
            if let status, let last = state.hops.indices.last { state.hops[last].statusCode = status }
            return state
        }
        guard let done, done.hops.contains(where: \.byCore), let core = handspan.core else { return }
        let failure = error.map { $0 as NSError }
        let metrics = done.metrics
        core.finish(
            FinishedCall(
                method: method,
                url: url,
                durationNs: metrics?.durationNs ?? end &- start,
                hops: done.hops.map { FinishedHop(url: $0.url, plan: $0.plan, statusCode: $0.statusCode) },
                statusCode: status,
                errorKind: failure.map { "\($0.domain) \($0.code)" },
                errorMessage: failure?.localizedDescription,
                protocol: metrics?.protocolName,
                requestBodyBytes: requestBytes > 0 ? UInt64(requestBytes) : nil,
                responseBodyBytes: metrics?.responseBodyBytes ?? (http == nil ? nil : done.responseBytes),
                contentType: http?.value(forHTTPHeaderField: "Content-Type"),
                timings: metrics?.timings ?? .unknown
            ))
    }

    /// Plans a request that the app will send itself: its call is begun by the delegate that sees it.
    /// - Returns: the request with its headers, or as the app made it.
    static func prepare(_ request: URLRequest, handspan: Handspan) -> URLRequest {
        var request = handspan.rememberedHops.stripped(request)
        guard let hop = plan(&request, sessionHeaders: [:], ids: nil, handspan: handspan) else {
            handspan.countUntouched()
            return request
        }
        if !handspan.rememberedHops.hold(hop.plan, hop.set, plannedAt: now()) { hop.set.strip(from: &request) }
        return request
    }

    private static func hop(
        _ request: inout URLRequest, sessionHeaders: [String: String], ids: RequestIds?, handspan: Handspan
    ) -> Hop {
        // Headers of ours from an earlier send are not the app's; without a core they would go where nobody looks.
        request = handspan.rememberedHops.stripped(request)
        guard let hop = plan(&request, sessionHeaders: sessionHeaders, ids: ids, handspan: handspan) else {
            return Hop(url: request.url?.absoluteString ?? "", plan: .notReady, set: SetHeaders(), byCore: false)
        }
        handspan.rememberedHops.remember(hop.plan, hop.set, plannedAt: now())
        return hop
    }

    /// The hop as the core plans it, its headers set on the request; nil without a core.
    private static func plan(
        _ request: inout URLRequest, sessionHeaders: [String: String], ids: RequestIds?, handspan: Handspan
    ) -> Hop? {
        guard let core = handspan.core else { return nil }
        let url = request.url?.absoluteString ?? ""
        let plan = core.plan(
            HopRequest(
                request, sessionHeaders: sessionHeaders, traceHeaderNames: core.traceHeaderNames, ids: ids))
        return Hop(url: url, plan: plan, set: SetHeaders(setting: plan, on: &request))
    }

    /// Nanoseconds on a clock that does not jump.
    private static func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
}
