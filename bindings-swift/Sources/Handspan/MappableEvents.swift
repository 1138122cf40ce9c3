// What a mapper may change of an event, type by type. All else of it stays as it is.

/// An update of a view.
public struct ViewEvent: Sendable, Equatable {
    /// Name of the view.
    public var viewName: String?
    /// URL of the view.
    public var viewURL: String?
    /// The app's attributes: global ones and the view's.
    public var attributes: [String: AttributeValue]
}

/// What the user did.
public struct ActionEvent: Sendable, Equatable {
    /// Name of its view.
    public var viewName: String?
    /// URL of its view.
    public var viewURL: String?
    /// What it was on.
    public var actionName: String?
    /// The app's attributes: global ones, the view's and its own.
    public var attributes: [String: AttributeValue]
}

/// A call, or a resource by hand.
public struct ResourceEvent: Sendable, Equatable {
    /// Name of its view.
    public var viewName: String?
    /// URL of its view.
    public var viewURL: String?
    /// Its URL.
    public var resourceURL: String?
    /// The app's attributes: global ones, the view's and its own.
    public var attributes: [String: AttributeValue]
}

/// Something that went wrong.
public struct ErrorEvent: Sendable, Equatable {
    /// Name of its view.
    public var viewName: String?
    /// URL of its view.
    public var viewURL: String?
    /// URL of the request that failed, if it was one.
    public var resourceURL: String?
    /// In words.
    public var message: String?
    /// Stack trace.
    public var stack: String?
    /// What it is grouped by in place of the stack.
    public var fingerprint: String?
    /// The app's attributes: global ones, the view's and its own.
    public var attributes: [String: AttributeValue]
}

/// The main thread was busy.
public struct LongTaskEvent: Sendable, Equatable {
    /// Name of its view.
    public var viewName: String?
    /// URL of its view.
    public var viewURL: String?
    /// The app's attributes: global ones, the view's and its own.
    public var attributes: [String: AttributeValue]
}

/// A duration, a step of an operation, or the app's launch.
public struct VitalEvent: Sendable, Equatable {
    /// Name of its view.
    public var viewName: String?
    /// URL of its view.
    public var viewURL: String?
    /// The app's attributes: global ones, the view's and its own.
    public var attributes: [String: AttributeValue]
}

/// A line of a log.
public struct LogEvent: Sendable, Equatable {
    /// The line.
    public var message: String?
    /// Its attributes, the global ones among them.
    public var attributes: [String: AttributeValue]
}
