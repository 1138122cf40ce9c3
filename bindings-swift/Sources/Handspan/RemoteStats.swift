internal import HandspanBindings

/// How the remote document does. A copy: it does not change. Counts are since the start.
public struct RemoteStats: Sendable, Equatable {
    /// `none` (no URL, or the app is off), `pulling`, `applied`, `set_aside` (three starts with the kept document did not
    /// survive: the app's own configuration holds), `refused` or `failed` (what was in force stays).
    public var state = "none"
    /// Version of the document in force.
    public var version: String?
    /// Id of the key that it is signed with, where the app has ``HandspanConfiguration/remoteConfigurationKeys``.
    public var keyID: String?
    /// What its server calls the kept one.
    public var etag: String?
    /// Names of its targets that this phone is one of.
    public var targets: [String] = []
    /// What its server said last, as `304`, or why it could not be asked.
    public var lastAnswer: String?
    /// Milliseconds since the last pull; nil before the first.
    public var lastPullMs: UInt64?
    /// Milliseconds until the next one that is planned; nil: at the next start, or when the app comes back.
    public var nextPullMs: UInt64?
    /// Pulls made.
    public var pulls: UInt64 = 0
    /// Of them those that brought no document, or none of use.
    public var failed: UInt64 = 0
    /// Of them those that brought nothing new.
    public var notModified: UInt64 = 0
    /// Documents that came into force, the kept one included.
    public var applied: UInt64 = 0
    /// Documents that were refused whole.
    public var refused: UInt64 = 0
    /// Fields of the last document that were refused; ``HandspanStatus/refusals`` says which and why.
    public var refusedFields: UInt64 = 0
    /// Fields of the last document that nothing reads.
    public var unknownFields: UInt64 = 0
    /// Starts with the kept document of which none has survived so far, this one included.
    public var startsWithoutMark: UInt32 = 0
    /// Who has switched everything off: `local` (the app), `remote` (the document), or nil: nobody.
    public var disabledBy: String?
    /// What stands for this install where a document is for a part of them; it does not leave the phone.
    public var installID: String?
}

extension RemoteStats {
    init(_ core: HandspanBindings.RemoteStats) {
        self.init(
            state: core.state, version: core.version, keyID: core.keyId, etag: core.etag, targets: core.targets,
            lastAnswer: core.lastAnswer, lastPullMs: core.lastPullMs, nextPullMs: core.nextPullMs, pulls: core.pulls,
            failed: core.failed, notModified: core.notModified, applied: core.applied, refused: core.refused,
            refusedFields: core.refusedFields, unknownFields: core.unknownFields,
            startsWithoutMark: core.startsWithoutMark, disabledBy: core.disabledBy, installID: core.installId)
    }
}
