/// How Handspan is doing. A copy: it does not change. All counts are since the start.
public struct HandspanStatus: Sendable, Equatable {
    /// Where Handspan is in its life.
    public enum State: String, Sendable {
        /// The core is being made; requests pass untouched.
        case starting
        /// Requests are planned and recorded.
        case ready
        /// The core could not be made; requests pass untouched. ``HandspanStatus/reason`` says why.
        case failed
        /// `shutdown()` was called; requests pass untouched.
        case stopped
    }

    /// Where Handspan is in its life.
    public var state: State
    /// Why it is not ready, in words; nil when it is.
    public var reason: String?
    /// Values that were refused or corrected, of the configuration and of the remote document.
    public var refusals: [RefusedValue] = []
    /// Calls that were not traced because they began before the core was ready.
    public var requestsBeforeReady: UInt64 = 0
    /// Calls that were not traced because the core had failed or was stopped.
    public var requestsWithoutCore: UInt64 = 0
    /// What was said and came to nothing, because too much was said before the core was ready, or because it had failed or was
    /// stopped: views, actions, errors, lines of a log and the like.
    public var commandsDropped: UInt64 = 0
    /// Attributes left out of events, because one call had more than 1,000 entries or more than 20 levels.
    public var attributesDropped: UInt64 = 0
    /// UUID of the current session; nil without a core.
    public var sessionID: String?
    /// Is the current session recorded?
    public var sessionSampled = false
    /// `folder` or `memory`: where events wait; `opening` for a moment after the start. `memory` in spite of a configured folder means that the folder could
    /// not be used; nil without a core.
    public var storage: String?
    /// Calls reported.
    public var recorded: UInt64 = 0
    /// Events in a batch, in the folder or in memory.
    public var stored: UInt64 = 0
    /// Events that every intake has taken.
    public var sent: UInt64 = 0
    /// Events given up, by reason.
    public var dropped: [String: UInt64] = [:]
    /// Batches waiting to be sent.
    public var pendingBatches: UInt64 = 0
    /// What the intake said last, as `202` or `connection refused`.
    public var lastAnswer: String?
    /// The remote document: `none`, `pulling`, `applied`, `set_aside`, `refused` or `failed`; nil without a core.
    public var remote: String?
    /// Version of the applied remote document.
    public var remoteVersion: String?
    /// Errors caught inside the core: each is a bug of Handspan.
    public var internalErrors: UInt64 = 0
}

/// A value that was not taken as it stood.
public struct RefusedValue: Sendable, Equatable {
    /// Path of the field.
    public var field: String
    /// The value, cut.
    public var value: String
    /// A snake_case code.
    public var code: String
    /// Why, and what to write instead.
    public var message: String
}
