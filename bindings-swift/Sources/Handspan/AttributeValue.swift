/// A value of an attribute. Literals make one: `["plan": "gold", "items": 3, "tags": ["a", "b"], "coupon": nil]`.
///
/// What JSON can't hold (NaN, infinity) is left out of events. Of the attributes of one call 1,000 entries, counted at every
/// depth and in the order of their names, and 20 levels are handed over; the rest is cut.
public enum AttributeValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case int(Int)
    /// A number.
    case double(Double)
    /// Text. Events carry 25,600 bytes of it at most.
    case string(String)
    /// Values in order.
    case array([AttributeValue])
    /// Attributes in it.
    case dictionary([String: AttributeValue])
}

extension AttributeValue: ExpressibleByNilLiteral {
    /// ``null``.
    public init(nilLiteral: ()) { self = .null }
}

extension AttributeValue: ExpressibleByBooleanLiteral {
    /// ``bool(_:)``.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AttributeValue: ExpressibleByIntegerLiteral {
    /// ``int(_:)``.
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension AttributeValue: ExpressibleByFloatLiteral {
    /// ``double(_:)``.
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension AttributeValue: ExpressibleByStringInterpolation {
    /// ``string(_:)``.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension AttributeValue: ExpressibleByArrayLiteral {
    /// ``array(_:)``.
    public init(arrayLiteral elements: AttributeValue...) { self = .array(elements) }
}

extension AttributeValue: ExpressibleByDictionaryLiteral {
    /// ``dictionary(_:)``. Of a name that comes twice the last counts.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self = .dictionary(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}
