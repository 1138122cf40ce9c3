internal import HandspanBindings

/// What became of the events. A copy: it does not change. All counts are since the start. Without a core it is empty.
public struct HandspanStats: Sendable, Equatable {
    /// A track each: `rum`, `logs`, `spans`.
    public var tracks: [TrackStats] = []
    /// The intakes, in the order of the configuration; an OTLP receiver is two, one for spans and one for the rest.
    public var intakes: [IntakeStats] = []
    /// How often the radio was woken to send.
    public var wakeUps: UInt64 = 0
    /// Why nothing is sent, whatever waits: `no_network`, `metered`, `battery_low`, `low_power`, or `disabled` where everything
    /// is switched off; nil where nothing forbids it.
    public var hold: String?
    /// How the remote document does.
    public var remote = RemoteStats()
}

/// The events of one track. Once what was recorded is stored,
/// `recorded + recovered = sent + superseded + dropped + waitingEvents`.
public struct TrackStats: Sendable, Equatable {
    /// `rum`, `logs` or `spans`.
    public var track: String
    /// Events recorded, by the app or by Handspan itself.
    public var recorded: UInt64
    /// Events that an earlier process left. A file that could not be read counts as one.
    public var recovered: UInt64
    /// Events stored in a batch.
    public var stored: UInt64
    /// Events that every intake with an address for them has taken.
    public var sent: UInt64
    /// Updates of a view that were not sent, because a later one of the same batch replaces them.
    public var superseded: UInt64
    /// Events given up, by reason (a snake_case code).
    public var dropped: [String: UInt64]
    /// What was cut so that events fit an intake's limits, by reason (a snake_case code).
    public var trimmed: [String: UInt64]
    /// Requests made.
    public var requests: UInt64
    /// Those of them that are to be made again.
    public var retries: UInt64
    /// Bytes of bodies sent, as they went on the wire.
    public var bytesSent: UInt64
    /// Batches that wait, the open ones included.
    public var waitingBatches: UInt64
    /// Events in them.
    public var waitingEvents: UInt64
    /// Bytes of these events.
    public var bytesStored: UInt64
    /// Age of the oldest of these batches, milliseconds; nil where none waits.
    public var oldestMs: UInt64?
    /// What an intake said last, as `202`, or why it could not be asked.
    public var lastAnswer: String?
}

/// How an intake does.
public struct IntakeStats: Sendable, Equatable {
    /// Its kind and a number made from its URL, which may hold a secret: `datadog-ea65ee77d963742a`.
    public var name: String
    /// Batches that it has taken.
    public var taken: UInt64
    /// Batches in which there was nothing that it has an address for.
    public var passed: UInt64
    /// Failures in a row.
    public var failures: UInt32
    /// Milliseconds until it may be tried again; nil where that is now.
    public var nextTryMs: UInt64?
    /// What it said last, as `202`, or why it could not be asked.
    public var lastAnswer: String?
}

extension HandspanStats {
    init(_ core: CoreStats) {
        tracks = core.tracks.map { TrackStats($0) }
        intakes = core.intakes.map { IntakeStats($0) }
        wakeUps = core.wakeUps
        hold = core.hold
        remote = RemoteStats(core.remote)
    }
}

extension TrackStats {
    init(_ core: HandspanBindings.TrackStats) {
        self.init(
            track: core.track, recorded: core.recorded, recovered: core.recovered, stored: core.stored, sent: core.sent,
            superseded: core.superseded,
            dropped: byReason(core.dropped), trimmed: byReason(core.trimmed),
            requests: core.requests, retries: core.retries, bytesSent: core.bytesSent,
            waitingBatches: core.waitingBatches, waitingEvents: core.waitingEvents, bytesStored: core.bytesStored,
            oldestMs: core.oldestMs, lastAnswer: core.lastAnswer)
    }
}

extension IntakeStats {
    init(_ core: HandspanBindings.IntakeStats) {
        self.init(
            name: core.name, taken: core.taken, passed: core.passed, failures: core.failures, nextTryMs: core.nextTryMs,
            lastAnswer: core.lastAnswer)
    }
}

private func byReason(_ counts: [Dropped]) -> [String: UInt64] {
    Dictionary(counts.map { ($0.reason, $0.count) }, uniquingKeysWith: +)
}
