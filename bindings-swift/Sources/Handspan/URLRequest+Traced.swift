import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension Handspan {
    /// The request with its trace headers, for an app that keeps its own `URLSession`.
    ///
    /// **Only for a session whose delegate is a ``HandspanURLSessionDelegate``**: that one sees the redirects, takes our
    /// headers off before they reach a host that is not the app's, and records the call. In any other session a
    /// redirect carries the headers wherever it leads, and nothing is recorded. A background session calls no delegate
    /// for a redirect: don't send traced requests in one. Where you can, use ``HandspanSession``, which needs no such care.
    ///
    /// Call it for each send: a request that is sent twice has the same span id twice. Without a core the request comes
    /// back as the app made it and is counted. So it does, and ``status`` has a refusal that says it, while 8,192 requests
    /// that were traced before have not been sent.
    /// - Parameters:
    ///   - keep: keeps this trace, on every hop, whatever the sample rates say ("trace this one"). Without a trace, as to a host
    ///     that is not the app's, there is nothing to keep. Default false.
    ///   - parent: the span that the request is a child of. Default: the active one; nil: none.
    ///   - graphQL: what it asks, where it is a GraphQL request. Default: it is none.
    ///   - attributes: on its resource. What is said here is known by the headers that the request gets: one that gets none, as to
    ///     a host that is not the app's, is recorded without.
    public func traced(
        _ request: URLRequest, keep: Bool = false, parent: HandspanSpan? = HandspanTracer.activeSpan,
        graphQL: GraphQLOperation? = nil, attributes: [String: AttributeValue] = [:]
    ) -> URLRequest {
        Call.prepare(
            request, options: CallOptions(keep: keep, graphQL: graphQL, attributes: attributes, parent: parent),
            handspan: self)
    }
}

extension URLRequest {
    /// ``Handspan/Handspan/traced(_:keep:parent:graphQL:attributes:)``, with the same condition: only for a session whose
    /// delegate is a ``HandspanURLSessionDelegate``.
    public func traced(
        by handspan: Handspan, keep: Bool = false, parent: HandspanSpan? = HandspanTracer.activeSpan,
        graphQL: GraphQLOperation? = nil, attributes: [String: AttributeValue] = [:]
    ) -> URLRequest {
        handspan.traced(self, keep: keep, parent: parent, graphQL: graphQL, attributes: attributes)
    }
}
