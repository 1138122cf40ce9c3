internal import HandspanBindings

/// What a GraphQL request asks, for its resource.
public struct GraphQLOperation: Sendable, Equatable {
    /// What kind of operation it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// Reads.
        case query
        /// Writes.
        case mutation
        /// Listens.
        case subscription
    }

    /// What kind of operation it is.
    public var kind: Kind
    /// Its name. Default: none.
    public var name: String?
    /// Its variables, as JSON. They may be personal: default none.
    public var variables: String?
    /// Its text. Default: none.
    public var payload: String?

    /// An operation of these values.
    public init(kind: Kind, name: String? = nil, variables: String? = nil, payload: String? = nil) {
        self.kind = kind
        self.name = name
        self.variables = variables
        self.payload = payload
    }
}

extension GraphQlOperation {
    init(_ operation: GraphQLOperation) {
        self.init(
            operationType: operation.kind.rawValue, operationName: operation.name, variables: operation.variables,
            payload: operation.payload)
    }
}
