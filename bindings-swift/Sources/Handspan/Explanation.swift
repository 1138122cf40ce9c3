internal import HandspanBindings

/// Why a request is or is not traced, as data and in words. A copy: it does not change.
///
/// Where there was no core that could decide, all but ``reason``, ``decidedBy`` and ``words`` is empty, zero or nil.
public struct Explanation: Sendable, Equatable {
    /// Does it belong to a trace, ours or the app's own?
    public var traced = false
    /// The reason code, as on the event: `traced`, `host_not_first_party`, `not_ready`, …
    public var reason: String
    /// The configured host that matched.
    public var hostEntry: String?
    /// The headers that it would leave with besides the app's own, by name. The ids in them are drawn anew each time.
    public var headers: [String: String] = [:]
    /// The decision; nil where there is no trace, or nobody knows.
    public var sampled: Bool?
    /// The formats of the host that matched, in the order in which they are written.
    public var formats: [String] = []
    /// What settled it: `app_headers`, `switched_off`, `method`, `scheme`, `host`, `formats`, `earlier_hop`, `forced`, `rates`
    /// or `core` (there was none that could).
    public var decidedBy: String
    /// Sample rate of the session, percent.
    public var sessionRate = 0.0
    /// Where the session stands, 0…100: every rate above that keeps it.
    public var sessionPosition = 0.0
    /// Sample rate of the host's traces, percent; nil where no host matched.
    public var traceRate: Double?
    /// The field of the configuration that holds ``traceRate``.
    public var traceRateFrom: String?
    /// The same in a few sentences.
    public var words: String

    init(_ core: HandspanBindings.Explanation) {
        traced = core.plan.traced
        reason = core.plan.reason
        hostEntry = core.plan.hostEntry
        headers = Dictionary(core.plan.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        sampled = core.plan.sampled
        formats = core.formats
        decidedBy = core.decidedBy
        sessionRate = core.sessionRate
        sessionPosition = core.sessionPosition
        traceRate = core.traceRate
        traceRateFrom = core.traceRateFrom
        words = core.words
    }

    private init(reason: String, decidedBy: String, words: String) {
        (self.reason, self.decidedBy, self.words) = (reason, decidedBy, words)
    }

    /// Without a core.
    static func notReady(_ status: HandspanStatus) -> Explanation {
        let why = status.reason.map { ": \($0)" } ?? ""
        return Explanation(
            reason: HopPlan.notReady.reason, decidedBy: "core",
            words: "The request leaves as it is, since Handspan is not ready\(why).")
    }
}

extension Explanation: CustomStringConvertible {
    /// The words and the reason code.
    public var description: String { "\(words) (\(reason))" }
}
