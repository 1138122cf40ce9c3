import Foundation

/// Something that went wrong.
public struct RumError: Sendable, Equatable {
    /// In words.
    public var message: String
    /// Where it comes from. Default ``ErrorSource/source``.
    public var source: ErrorSource
    /// Its class, as `MyApp.CartError` or `NSURLErrorDomain -1004`. Default: none.
    public var type: String?
    /// Stack trace. Default: none.
    public var stack: String?
    /// Did it end the process? Default false. A crash is waited for until it is stored, at most 250 ms.
    public var isCrash: Bool
    /// Did the app catch it? Default: not said.
    public var handling: ErrorHandling?
    /// What kind of event it is. Default: not said.
    public var category: ErrorCategory?
    /// What it is grouped by in place of the stack. Default: none.
    public var fingerprint: String?
    /// What caused it, the nearest first. Default: none.
    public var causes: [ErrorCause]
    /// How long the app hung, seconds. Default: it did not.
    public var freezeDuration: TimeInterval?
    /// On the error. Default: none.
    public var attributes: [String: AttributeValue]

    /// An error of these values.
    public init(
        message: String, source: ErrorSource = .source, type: String? = nil, stack: String? = nil,
        isCrash: Bool = false, handling: ErrorHandling? = nil, category: ErrorCategory? = nil,
        fingerprint: String? = nil, causes: [ErrorCause] = [], freezeDuration: TimeInterval? = nil,
        attributes: [String: AttributeValue] = [:]
    ) {
        self.message = message
        self.source = source
        self.type = type
        self.stack = stack
        self.isCrash = isCrash
        self.handling = handling
        self.category = category
        self.fingerprint = fingerprint
        self.causes = causes
        self.freezeDuration = freezeDuration
        self.attributes = attributes
    }

    /// What Swift knows of an error: its class, its message, and as causes the underlying ones. It knows no stack.
    public init(_ error: any Error) {
        let said = SaidError(error)
        self.init(message: said.message, type: said.type, causes: said.causes)
    }
}

/// Where an error comes from.
public enum ErrorSource: String, Sendable, CaseIterable {
    /// A request.
    case network
    /// The app's code.
    case source
    /// A console.
    case console
    /// A line of a log.
    case logger
    /// Handspan.
    case agent
    /// A web view.
    case webview
    /// What the app calls one.
    case custom
}

/// Did the app catch an error?
public enum ErrorHandling: String, Sendable, CaseIterable {
    /// It did.
    case handled
    /// It did not.
    case unhandled
}

/// What kind of event an error is.
public enum ErrorCategory: String, Sendable, CaseIterable {
    /// Android's "application not responding".
    case anr
    /// The main thread hung.
    case appHang = "app_hang"
    /// An exception.
    case exception
    /// The system's watchdog ended the app.
    case watchdogTermination = "watchdog_termination"
    /// The system asked for memory.
    case memoryWarning = "memory_warning"
    /// A request failed.
    case network
}

/// A cause of an error.
public struct ErrorCause: Sendable, Equatable {
    /// In words.
    public var message: String
    /// Its class.
    public var type: String?
    /// Its stack trace.
    public var stack: String?

    /// A cause of these values.
    public init(message: String, type: String? = nil, stack: String? = nil) {
        self.message = message
        self.type = type
        self.stack = stack
    }
}
