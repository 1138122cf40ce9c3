import Foundation
internal import HandspanBindings

/// Writes lines of a log, bound to the session, its view and the active span (``HandspanTracer/activeSpan``); the global attributes
/// of ``Handspan/Handspan/rum`` are on each. Every call may be made from any thread and returns at once. Nothing is printed.
public final class HandspanLogger: Sendable {
    /// Its name, if it has one.
    public let name: String?
    private let lifecycle: CoreLifecycle
    private let attributes = Locked<[String: AttributeValue]>([:])

    init(name: String?, lifecycle: CoreLifecycle) {
        self.name = name
        self.lifecycle = lifecycle
    }

    /// On every line of this logger from now on, in place of one of the same name; a line's own win.
    public func setAttribute(_ name: String, _ value: AttributeValue) {
        attributes.withLock { $0[name] = value }
    }

    /// The reverse.
    public func removeAttribute(_ name: String) {
        attributes.withLock { $0[name] = nil }
    }

    /// For developers; parameters as in ``log(_:_:error:attributes:)``.
    public func debug(_ message: String, error: (any Error)? = nil, attributes: [String: AttributeValue] = [:]) {
        log(.debug, message, error: error, attributes: attributes)
    }

    /// What happens; parameters as in ``log(_:_:error:attributes:)``.
    public func info(_ message: String, error: (any Error)? = nil, attributes: [String: AttributeValue] = [:]) {
        log(.info, message, error: error, attributes: attributes)
    }

    /// What is worth a look; parameters as in ``log(_:_:error:attributes:)``.
    public func notice(_ message: String, error: (any Error)? = nil, attributes: [String: AttributeValue] = [:]) {
        log(.notice, message, error: error, attributes: attributes)
    }

    /// What may go wrong; parameters as in ``log(_:_:error:attributes:)``.
    public func warn(_ message: String, error: (any Error)? = nil, attributes: [String: AttributeValue] = [:]) {
        log(.warn, message, error: error, attributes: attributes)
    }

    /// What went wrong; parameters as in ``log(_:_:error:attributes:)``.
    public func error(_ message: String, error: (any Error)? = nil, attributes: [String: AttributeValue] = [:]) {
        log(.error, message, error: error, attributes: attributes)
    }

    /// What must be mended now; parameters as in ``log(_:_:error:attributes:)``.
    public func critical(_ message: String, error: (any Error)? = nil, attributes: [String: AttributeValue] = [:]) {
        log(.critical, message, error: error, attributes: attributes)
    }

    /// A line of this level.
    /// - Parameters:
    ///   - level: how grave.
    ///   - message: the line.
    ///   - error: what was thrown; its class and message stand on the line. Default: none.
    ///   - attributes: on the line.
    public func log(
        _ level: LogLevel, _ message: String, error: (any Error)? = nil, attributes: [String: AttributeValue] = [:]
    ) {
        let all = self.attributes.withLock { $0 }.merging(attributes) { $1 }
        var handed = HandedAttributes()
        let said = error.map { SaidError($0) }
        let line = LogLine(
            level: .init(level), message: message, loggerName: name, threadName: Self.threadName,
            errorType: said?.type, errorMessage: said?.message, errorStack: nil,
            span: HandspanTracer.activeSpan?.context(in: lifecycle), attributes: handed.of(all))
        lifecycle.record(.log(line: line), attributesDropped: handed.dropped)
    }

    private static var threadName: String? {
        if Thread.isMainThread { return "main" }
        return Thread.current.name.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// How grave a line of a log is.
public enum LogLevel: String, Sendable, CaseIterable {
    /// For developers.
    case debug
    /// What happens.
    case info
    /// What is worth a look.
    case notice
    /// What may go wrong.
    case warn
    /// What went wrong.
    case error
    /// What must be mended now.
    case critical
}

extension Handspan {
    /// A logger; make as many as there are names.
    /// - Parameter name: stands on its lines. Default: none.
    public func logger(name: String? = nil) -> HandspanLogger { HandspanLogger(name: name, lifecycle: lifecycle) }
}

extension HandspanBindings.LogLevel {
    init(_ level: LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warn: .warn
            case .error: .error
            case .critical: .critical
            }
    }
}
