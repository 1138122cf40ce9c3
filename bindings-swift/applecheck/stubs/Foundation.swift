// Stands for Apple's Foundation: the real value types, and of the classes what our sources call.
@_exported import Dispatch
@_exported import FoundationEssentials
@_exported import ObjectiveC

open class NSLock: NSObject, @unchecked Sendable {
    public func lock() {}
    public func unlock() {}
}

open class Thread: NSObject, @unchecked Sendable {
    public static var current: Thread { Thread() }
    public static var isMainThread: Bool { false }
    public var name: String?
    public static func detachNewThread(_ block: @escaping @Sendable () -> Void) {}
}

open class OperationQueue: NSObject, @unchecked Sendable {}

open class Bundle: NSObject, @unchecked Sendable {
    public static let main = Bundle()
    public func object(forInfoDictionaryKey key: String) -> Any? { nil }
}

open class URLResponse: NSObject, @unchecked Sendable {}

extension NSError {
    public var domain: String { "" }
    public var code: Int { 0 }
    public var localizedDescription: String { "" }
    public var userInfo: [String: Any] { [:] }
}
public let NSUnderlyingErrorKey = ""

public struct URLResourceKey: Hashable, Sendable {
    public static let fileSizeKey = URLResourceKey()
}
public struct URLResourceValues {
    public var fileSize: Int?
}
extension URL {
    public func resourceValues(forKeys keys: Set<URLResourceKey>) throws -> URLResourceValues { URLResourceValues() }
}

public struct URLError: Error {
    public struct Code: Sendable {
        public static let unknown = Code()
        public static let cannotOpenFile = Code()
    }
    public init(_ code: Code) {}
}

public protocol CustomNSError: Error {}

public protocol LocalizedError: Error {
    var errorDescription: String? { get }
}

// The compiler wants to know how each value type looks from Objective-C.
public protocol Bridged: _ObjectiveCBridgeable {}
extension Bridged {
    public func _bridgeToObjectiveC() -> _ObjectiveCType { fatalError() }
    public static func _forceBridgeFromObjectiveC(_ source: _ObjectiveCType, result: inout Self?) {}
    public static func _conditionallyBridgeFromObjectiveC(_ source: _ObjectiveCType, result: inout Self?) -> Bool {
        true
    }
    public static func _unconditionallyBridgeFromObjectiveC(_ source: _ObjectiveCType?) -> Self { fatalError() }
}
extension Data: Bridged { public typealias _ObjectiveCType = NSData }
extension String: Bridged { public typealias _ObjectiveCType = NSString }
extension URL: Bridged { public typealias _ObjectiveCType = NSURL }
extension URLRequest: Bridged { public typealias _ObjectiveCType = NSURLRequest }

public struct URLRequest: Sendable, Equatable {
    public init(url: URL) {}
    public var url: URL?
    public var httpMethod: String?
    public var allHTTPHeaderFields: [String: String]?
    public func value(forHTTPHeaderField field: String) -> String? { nil }
    public mutating func setValue(_ value: String?, forHTTPHeaderField field: String) {}
}
