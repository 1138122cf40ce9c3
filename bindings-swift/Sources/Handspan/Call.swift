import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One call of the app: its hops in order, what we set on each, what came back. It is begun once and finished once.
final class Call: Sendable {
    private struct State {
        var hops: [CallHop]
        /// Of the first traced hop; before there is one, of the span that the call is made in.
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
    private let options: CallOptions
    /// The app's span that it is made in, if that one has ids.
    private let span: SpanContext?
    /// Names of the headers that its report tells.
    private let captured: [String]
    private let requestHeaders: [Header]
    private let start: UInt64
    private let state: Locked<State>

    /// Begins a call: plans its first hop and sets its headers on the request. Without a core the
    /// request is left as the app made it.
    init(_ request: inout URLRequest, sessionHeaders: [String: String], options: CallOptions, handspan: Handspan) {
        self.handspan = handspan
        method = request.httpMethod ?? "GET"
        url = request.url?.absoluteString ?? ""
        self.sessionHeaders = sessionHeaders
        start = Self.now()
        // Headers of ours from an earlier send are not the app's; without a core they would go where nobody looks.
        self.options = options.and(handspan.rememberedHops.strip(&request)?.unsent)
        span = self.options.parent?.context(in: handspan.lifecycle)
        captured = handspan.core?.capturedHeaderNames() ?? []
        requestHeaders = Header.standing(captured, on: request, sessionHeaders: sessionHeaders)
        let ids = span.map { RequestIds(in: $0) }
        var hop = Self.hop(
            &request, sessionHeaders: sessionHeaders, ids: ids, options: self.options, handspan: handspan)
        hop.startNs = 0
        state = Locked(State(hops: [hop], ids: hop.plan.idsForLaterHops ?? ids, counted: !hop.byCore))
        if !hop.byCore { handspan.countUntouched() }
    }

    /// The call of a request whose first hop was planned earlier.
    init(_ request: URLRequest, planned hop: RememberedHops.Hop, sessionHeaders: [String: String], handspan: Handspan) {
        self.handspan = handspan
        method = request.httpMethod ?? "GET"
        url = request.url?.absoluteString ?? ""
        self.sessionHeaders = sessionHeaders
        options = hop.options
        span = options.parent?.context(in: handspan.lifecycle)
        captured = handspan.core?.capturedHeaderNames() ?? []
        var own = request
        hop.set.strip(from: &own)
        requestHeaders = Header.standing(captured, on: own, sessionHeaders: sessionHeaders)
        // A request that is sent again begins now.
        start = hop.claimed ? Self.now() : hop.plannedAt
        state = Locked(
            State(
                hops: [CallHop(url: url, plan: hop.plan, set: hop.set, startNs: 0)],
                ids: hop.plan.idsForLaterHops ?? span.map { RequestIds(in: $0) }))
    }

    /// The call of a request with headers of ours of which no more than that is known: they count as the app's own until
    /// a redirect takes them off.
    init(_ request: URLRequest, faded set: SetHeaders, sessionHeaders: [String: String], handspan: Handspan) {
        self.handspan = handspan
        method = request.httpMethod ?? "GET"
        url = request.url?.absoluteString ?? ""
        self.sessionHeaders = sessionHeaders
        options = CallOptions()
        span = nil
        captured = handspan.core?.capturedHeaderNames() ?? []
        requestHeaders = Header.standing(captured, on: request, sessionHeaders: sessionHeaders)
        start = Self.now()
        var same = request
        let plan = Self.plan(&same, sessionHeaders: sessionHeaders, ids: nil, keep: false, handspan: handspan)?.plan
        let hop = CallHop(url: url, plan: plan ?? .notReady, set: set, startNs: 0, byCore: plan != nil)
        state = Locked(State(hops: [hop], ids: hop.plan.idsForLaterHops, counted: !hop.byCore))
        if !hop.byCore { handspan.countUntouched() }
    }

    /// Does the first hop leave as the app made it?
    var setsNothing: Bool { state.withLock { $0.hops.first?.plan.headers.isEmpty ?? true } }

    /// The last hop was answered.
    func answered(by response: URLResponse?) {
        guard let response = response as? HTTPURLResponse else { return }
        let status = UInt16(exactly: response.statusCode)
        let headers = handspan.core.map { Header.told(in: response, names: $0.responseHeaderNames) } ?? []
        state.withLock { state in
            guard let last = state.hops.indices.last else { return }
            state.hops[last].statusCode = status
            state.hops[last].responseHeaders = headers
        }
    }

    /// URLSession sends the last hop's request once more by itself, with the headers it has.
    func sentAgain(after response: URLResponse?) {
        answered(by: response)
        state.withLock { state in
            guard let last = state.hops.last else { return }
            append(last.unanswered, to: &state)
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
        // The app's delegate may have put another request in its place, with headers of ours of another call.
        handspan.rememberedHops.strip(&request)
        let (ids, forced) = state.withLock { state in
            (state.ids, state.hops.contains { $0.plan.reason == "traced_forced" })
        }
        var options = options
        // A trace that was kept on demand stays so, also when the time for that has ended.
        options.keep = options.keep || forced
        var hop = Self.hop(&request, sessionHeaders: sessionHeaders, ids: ids, options: options, handspan: handspan)
        let turned = request.httpMethod ?? "GET"
        hop.method = turned == method ? nil : turned
        let count = state.withLock { [hop] state in
            append(hop, to: &state)
            if !state.hops.dropLast().contains(where: \.plan.traced) {
                state.ids = hop.plan.idsForLaterHops ?? state.ids
            }
            defer { state.counted = state.counted || !hop.byCore }
            return !hop.byCore && !state.counted
        }
        if count { handspan.countUntouched() }
        return request
    }

    /// The next hop begins where the one before it ends.
    private func append(_ hop: CallHop, to state: inout State) {
        let now = Self.now() &- start
        if let last = state.hops.indices.last {
            state.hops[last].durationNs = now &- (state.hops[last].startNs ?? 0)
        }
        var hop = hop
        hop.startNs = now
        state.hops.append(hop)
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
        guard !state.withLock({ $0.finished }) else { return }
        answered(by: response)
        let done: State? = state.withLock { state in
            guard !state.finished else { return nil }
            state.finished = true
            return state
        }
        guard let done, done.hops.contains(where: \.byCore), let core = handspan.core else { return }
        let http = response as? HTTPURLResponse
        let failure = error.map { $0 as NSError }
        let metrics = done.metrics
        let hops = metrics.map { CallHop.sent(done.hops, as: $0) } ?? done.hops
        var handed = HandedAttributes()
        core.finish(
            FinishedCall(
                method: method,
                url: url,
                durationNs: metrics?.durationNs ?? end &- start,
                hops: hops.map(FinishedHop.init),
                statusCode: http.flatMap { UInt16(exactly: $0.statusCode) },
                errorKind: failure.map { "\($0.domain) \($0.code)" },
                errorMessage: failure?.localizedDescription,
                protocol: metrics?.protocolName,
                requestBodyBytes: requestBytes > 0 ? UInt64(requestBytes) : nil,
                responseBodyBytes: metrics?.responseBodyBytes ?? (http == nil ? nil : done.responseBytes),
                contentType: http?.value(forHTTPHeaderField: "Content-Type"),
                timings: metrics?.timings ?? .unknown,
                requestHeaders: requestHeaders,
                responseHeaders: http.map { Header.standing(captured, on: $0) } ?? [],
                // Of a trace that the app had set itself the span is no part.
                parentSpanId: span.flatMap { span in
                    hops.contains { $0.plan.traceId == span.traceId } ? span.spanId : nil
                },
                graphql: options.graphQL.map { GraphQlOperation($0) },
                attributes: handed.of(options.attributes)
            ))
        handspan.lifecycle.countAttributes(dropped: handed.dropped)
    }

    /// Plans a request that the app will send itself: its call is begun by the delegate that sees it.
    /// - Returns: the request with its headers, or as the app made it.
    static func prepare(_ request: URLRequest, options: CallOptions, handspan: Handspan) -> URLRequest {
        var request = request
        let options = options.and(handspan.rememberedHops.strip(&request)?.unsent)
        let ids = options.parent?.context(in: handspan.lifecycle).map { RequestIds(in: $0) }
        guard let hop = plan(&request, sessionHeaders: [:], ids: ids, keep: options.keep, handspan: handspan) else {
            handspan.countUntouched()
            return request
        }
        if !handspan.rememberedHops.hold(hop.plan, hop.set, options, plannedAt: now()) {
            hop.set.strip(from: &request)
        }
        return request
    }

    private static func hop(
        _ request: inout URLRequest, sessionHeaders: [String: String], ids: RequestIds?, options: CallOptions,
        handspan: Handspan
    ) -> CallHop {
        let planned = plan(
            &request, sessionHeaders: sessionHeaders, ids: ids, keep: options.keep, handspan: handspan)
        guard let hop = planned else {
            return CallHop(
                url: request.url?.absoluteString ?? "", plan: .notReady, set: SetHeaders(), byCore: false)
        }
        handspan.rememberedHops.remember(hop.plan, hop.set, options, plannedAt: now())
        return hop
    }

    /// The hop as the core plans it, its headers set on the request; nil without a core.
    private static func plan(
        _ request: inout URLRequest, sessionHeaders: [String: String], ids: RequestIds?, keep: Bool, handspan: Handspan
    ) -> CallHop? {
        guard let core = handspan.core else { return nil }
        let url = request.url?.absoluteString ?? ""
        let plan = core.plan(
            HopRequest(
                request, sessionHeaders: sessionHeaders, traceHeaderNames: core.traceHeaderNames, ids: ids, keep: keep))
        return CallHop(url: url, plan: plan, set: SetHeaders(setting: plan, on: &request))
    }

    /// Nanoseconds on a clock that does not jump.
    private static func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
}
