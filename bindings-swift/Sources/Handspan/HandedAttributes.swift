internal import HandspanBindings

/// Attributes on their way to the core, sorted by name, so that the same attributes are the same bytes.
struct HandedAttributes {
    /// Levels that events may have (Datadog's intake flattens no more).
    static let depth = 20
    /// Entries of one call, at every level: the intake takes 1,000 of an event.
    static let entries = 1_000

    /// Entries that there is no more room for, and values that are too deep.
    private(set) var dropped = 0
    private var left = HandedAttributes.entries

    mutating func of(_ attributes: [String: AttributeValue]) -> [Attribute] {
        list(attributes, depth: 1)
    }

    mutating func of(_ value: AttributeValue) -> HandspanBindings.AttributeValue {
        self.value(value, depth: 1)
    }

    private mutating func list(_ attributes: [String: AttributeValue], depth: Int) -> [Attribute] {
        guard !attributes.isEmpty else { return [] }
        var list: [Attribute] = []
        for (number, (name, value)) in attributes.sorted(by: { $0.key < $1.key }).enumerated() {
            guard left > 0 else {
                dropped += attributes.count - number
                break
            }
            left -= 1
            list.append(Attribute(name: name, value: self.value(value, depth: depth)))
        }
        return list
    }

    private mutating func list(_ values: [AttributeValue], depth: Int) -> [HandspanBindings.AttributeValue] {
        var list: [HandspanBindings.AttributeValue] = []
        for (number, value) in values.enumerated() {
            guard left > 0 else {
                dropped += values.count - number
                break
            }
            left -= 1
            list.append(self.value(value, depth: depth))
        }
        return list
    }

    /// - Parameter depth: of the value itself.
    private mutating func value(_ value: AttributeValue, depth: Int) -> HandspanBindings.AttributeValue {
        switch value {
        case .null: return .null
        case .bool(let value): return .bool(value: value)
        case .int(let value): return .int(value: Int64(value))
        case .double(let value): return .double(value: value)
        case .string(let value): return .text(value: value)
        case .array(let values) where depth < Self.depth: return .list(values: list(values, depth: depth + 1))
        case .dictionary(let attributes) where depth < Self.depth:
            return .map(attributes: list(attributes, depth: depth + 1))
        case .array, .dictionary:
            dropped += 1
            return .null
        }
    }
}

extension [String: AttributeValue] {
    /// As the core tells them.
    init(_ attributes: [Attribute]) {
        self.init(attributes.map { ($0.name, AttributeValue($0.value)) }, uniquingKeysWith: { $1 })
    }
}

extension AttributeValue {
    /// As the core tells it.
    init(_ value: HandspanBindings.AttributeValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .int(let value): .int(Int(truncatingIfNeeded: value))
            case .double(let value): .double(value)
            case .text(let value): .string(value)
            case .list(let values): .array(values.map { AttributeValue($0) })
            case .map(let attributes): .dictionary([String: AttributeValue](attributes))
            }
    }
}
