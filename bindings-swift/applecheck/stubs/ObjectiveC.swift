// Stands for Apple's module of the name: what `#if canImport(ObjectiveC)` asks for.
@_exported import ObjCRoots

public struct Selector: ExpressibleByStringLiteral, Hashable, Sendable {
    public init(stringLiteral value: String) {}
}
