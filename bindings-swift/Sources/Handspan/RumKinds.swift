/// What the user did.
public enum ActionType: String, Sendable, CaseIterable {
    /// A touch.
    case tap
    /// A mouse.
    case click
    /// Content moved.
    case scroll
    /// A flick.
    case swipe
    /// Back, where the system has it.
    case back
    /// What the app calls one. It is always recorded; of the others one at a time.
    case custom
}

/// What a response holds.
public enum ResourceKind: String, Sendable, CaseIterable {
    /// A call of the app's.
    case native
    /// A picture.
    case image
    /// Sound or film.
    case media
    /// A font.
    case font
    /// A style sheet.
    case css
    /// A script.
    case js
    /// A page.
    case document
    /// Anything else.
    case other
}

/// A step of an operation.
public enum OperationStep: Sendable, Equatable {
    /// It begins.
    case start
    /// It goes on.
    case update
    /// It is tried again.
    case retry
    /// It has worked.
    case succeed
    /// It has failed.
    case fail(OperationFailureReason)
}

/// Why an operation failed.
public enum OperationFailureReason: String, Sendable, CaseIterable {
    /// Something went wrong.
    case error
    /// The user gave up.
    case abandoned
    /// Anything else.
    case other
}

/// How far the app has come up.
public enum AppLaunchMetric: String, Sendable, CaseIterable {
    /// Its first frame is drawn.
    case timeToInitialDisplay = "ttid"
    /// It can be used.
    case timeToFullDisplay = "ttfd"
}

/// From where an app comes up.
public enum StartupType: String, Sendable, CaseIterable {
    /// Its process is new.
    case coldStart = "cold_start"
    /// Its process was there.
    case warmStart = "warm_start"
}
