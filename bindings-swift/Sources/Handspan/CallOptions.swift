/// What the app says of a call beside its request.
struct CallOptions: Sendable {
    /// Keep its trace, whatever the rates say?
    var keep = false
    /// What it asks, where it is a GraphQL request.
    var graphQL: GraphQLOperation?
    /// On its resource.
    var attributes: [String: AttributeValue] = [:]
    /// The span that it is made in.
    var parent: HandspanSpan?

    /// These, in the span that is active here unless one was named.
    var here: CallOptions {
        var here = self
        here.parent = parent ?? HandspanTracer.activeSpan
        return here
    }

    /// These, and what was said of the request itself.
    func and(_ request: CallOptions?) -> CallOptions {
        guard let request else { return self }
        return CallOptions(
            keep: keep || request.keep, graphQL: request.graphQL ?? graphQL,
            attributes: attributes.merging(request.attributes) { $1 }, parent: request.parent ?? parent)
    }
}
